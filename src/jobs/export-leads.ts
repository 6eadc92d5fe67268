import { defineJob } from '../define.ts'
import { runExports } from '../lists/export.ts'

/** Lists of leads as files. */
export default defineJob({ every: '30s', run: runExports })
