import { defineJob } from '../define.ts'
import { foldArrivals } from '../reports/arrivals.ts'

/** How leads went through the stages is made ready for reports, so that a year is read as quickly as a day. */
export default defineJob({ every: '10s', run: foldArrivals })
