import type { z } from 'zod'
import type {
  AwaySchema,
  LeadTransfersSchema,
  LeaverSchema,
  TransferCountsSchema,
  TransferSchema,
} from '../../../src/http/api/transfers.schema.ts'

export type Transfer = z.infer<typeof TransferSchema>
export type LeadTransfers = z.infer<typeof LeadTransfersSchema>
export type Leaver = z.infer<typeof LeaverSchema>
export type Away = z.infer<typeof AwaySchema>
export type Counts = z.infer<typeof TransferCountsSchema>
export type Stand = 'unplaced' | 'running' | 'lost' | 'over'
export type How = 'present' | 'introduction' | 'none'
