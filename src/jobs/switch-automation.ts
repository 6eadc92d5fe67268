import { defineJob } from '../define.ts'
import { runSwitchAutomation } from '../mirror/switch-automation.ts'

/** Wakes the people the first sync found, once an admin has said which stages their tags stand for. */
export default defineJob({
  every: '1m',
  async run(house) {
    await runSwitchAutomation(house)
    return false
  },
})
