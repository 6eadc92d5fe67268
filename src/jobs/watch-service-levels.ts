import { defineJob } from '../define.ts'
import { watchServiceLevels } from '../review/watch.ts'

/** Reviews, first contacts and follow-ups that are late. */
export default defineJob({ every: '30s', run: watchServiceLevels })
