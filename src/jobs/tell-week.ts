import { defineJob } from '../define.ts'
import { tellWeek } from '../reports/digest.ts'

/** Managers hear on Monday how the week was. */
export default defineJob({
  automatic: {
    name: '每周小结',
    does: '每周一给主管发上一周的数：进来多少、推进多少、卡在哪。',
    off: '主管收不到周报，看板里照样看得到。',
  },
  every: '30m',
  run: tellWeek,
})
