import { defineJob } from '../define.ts'
import { remindVerdicts } from '../review/remind.ts'

/** 「再培育」 with a date: on that day the lead comes back to the review queue. */
export default defineJob({
  automatic: {
    name: '到期回到审核',
    does: '「再培育」时写了日期的线索，到那天自动回到审核队列。',
    off: '线索留在培育池里，到了日子也不回来；重新打开时一起回来。',
  },
  every: '1m',
  run: remindVerdicts,
})
