import { defineJob } from '../define.ts'
import { watchOpportunities } from '../opportunities/watch.ts'

/** Deals nothing happens to are spoken of. */
export default defineJob({
  automatic: {
    name: '商机久没动静的提醒',
    does: '商机很久没有动静时提醒负责人。',
    off: '没有人提醒，商机页里照样标着多久没动。',
  },
  every: '5m',
  run: watchOpportunities,
})
