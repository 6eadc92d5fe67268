import type { z } from 'zod'
import type { MemberSchema } from '../../../src/http/api/members.schema.ts'

export interface Span {
  days: string | string[]
  from: string
  to: string
}

/** Always, never, or spans; null: as the house. */
export type Hours = 'always' | 'never' | Span[] | null

export type Member = Omit<z.infer<typeof MemberSchema>, 'hours'> & { hours: Hours }

export const roleIds = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
