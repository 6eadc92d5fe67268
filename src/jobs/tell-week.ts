import { defineJob } from '../define.ts'
import { tellWeek } from '../reports/digest.ts'

/** Managers hear on Monday how the week was. */
export default defineJob({ every: '30m', run: tellWeek })
