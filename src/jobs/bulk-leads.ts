import { defineJob } from '../define.ts'
import { runBulk } from '../lists/bulk.ts'

/** What people do with many leads at once. */
export default defineJob({ every: '30s', run: runBulk })
