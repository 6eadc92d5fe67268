import { defineJob } from '../define.ts'
import { markDates } from '../journeys/mark-dates.ts'

/** Dates that begin a journey. */
export default defineJob({ every: '1m', run: markDates })
