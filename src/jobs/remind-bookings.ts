import { remindBookings } from '../bookings/remind.ts'
import { defineJob } from '../define.ts'

/** Meetings that begin soon. */
export default defineJob({ every: '30s', run: remindBookings })
