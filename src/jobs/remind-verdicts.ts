import { defineJob } from '../define.ts'
import { remindVerdicts } from '../review/remind.ts'

/** 「再培育」 with a date: on that day the lead comes back to the review queue. */
export default defineJob({ every: '1m', run: remindVerdicts })
