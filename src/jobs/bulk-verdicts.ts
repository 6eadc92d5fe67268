import { defineJob } from '../define.ts'
import { runBulkVerdicts } from '../review/bulk-verdicts.ts'

/** One verdict on many leads. */
export default defineJob({ every: '30s', run: runBulkVerdicts })
