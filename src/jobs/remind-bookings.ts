import { remindBookings } from '../bookings/remind.ts'
import { defineJob } from '../define.ts'

/** Meetings that begin soon. */
export default defineJob({
  automatic: { name: '约好的时间提醒', does: '开始之前提醒客户和同事，各一次。', off: '客户和同事都收不到提醒。' },
  every: '30s',
  run: remindBookings,
})
