import { defineJob } from '../define.ts'
import { remindTasks } from '../tasks/remind.ts'

/** What is due is said, once. */
export default defineJob({ every: '30s', run: remindTasks })
