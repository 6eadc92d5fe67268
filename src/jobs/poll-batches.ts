import { defineJob } from '../define.ts'
import { pollBatches } from '../messages/poll-batches.ts'

/** Brings back what members confirmed. */
export default defineJob({ every: '5s', run: pollBatches })
