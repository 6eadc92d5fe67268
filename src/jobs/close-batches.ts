import { defineJob } from '../define.ts'
import { closeBatches } from '../messages/close-batches.ts'

/** Gives tasks whose window has closed to WeCom. */
export default defineJob({ every: '5s', run: closeBatches })
