import type { z } from 'zod'
import type { DueSchema, TakersSchema, TeamSchema, UnplacedSchema } from '../../../src/http/api/team.schema.ts'

export type Team = z.infer<typeof TeamSchema>
export type Teammate = Team['items'][number]
export type Due = z.infer<typeof DueSchema>
export type Unplaced = z.infer<typeof UnplacedSchema>
export type Taker = z.infer<typeof TakersSchema>['items'][number]

/** A lead on its way to somebody. */
export interface Given {
  leadId: string
  name: string
  /** Whose it is now; not offered as its taker. */
  from: string | null
}

/** Under which a dragged lead travels. */
export const dragged = 'application/x-bowtie-lead'
