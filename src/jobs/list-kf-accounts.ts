import { defineJob } from '../define.ts'
import { listAccounts } from '../mirror/pull-kf.ts'
import { doWork } from '../mirror/work.ts'

const dayMs = 86_400_000

/** Which 客服 accounts there are: at the start, once a day, and when they were given or taken. */
export default defineJob({
  every: '5s',
  async run(house) {
    await doWork(house, 'kf-accounts', dayMs, () => listAccounts(house))
    return false
  },
})
