import { defineJob } from '../define.ts'
import { remindTasks } from '../tasks/remind.ts'

/** What is due is said, once. */
export default defineJob({
  automatic: {
    name: '待办到点提醒',
    does: '待办到点时提醒负责的人，各一次。',
    off: '待办不再提醒，过期的在「团队」和「今天」里看得到；重新打开时会补提醒没提过的。',
  },
  every: '30s',
  run: remindTasks,
})
