import type { z } from 'zod'
import type { AuditSchema } from '../../../src/http/api/audit.ts'
import type { CheckedErasureSchema, ErasureSchema } from '../../../src/http/api/erasures.ts'
import type { SystemSchema, WecomUseSchema } from '../../../src/http/api/system.ts'

export type System = z.infer<typeof SystemSchema>
export type WecomUse = z.infer<typeof WecomUseSchema>
export type AuditLine = z.infer<typeof AuditSchema>
export type Erasure = z.infer<typeof ErasureSchema>
export type CheckedErasure = z.infer<typeof CheckedErasureSchema>

export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  text: string
}

export interface Setup {
  sandbox: boolean
  corpId: string
  agentId: number
  publicUrl: string
  callbackUrl: string
  steps: { id: string; title: string; needs: string | null }[]
}

/** How a state looks. */
export const toneOf: Record<Finding['state'], string> = { ok: 'good', warn: 'warn', fail: 'bad' }
