import { defineJob } from '../define.ts'
import { syncStaff } from '../mirror/staff-list.ts'
import { doWork } from '../mirror/work.ts'

const dayMs = 86_400_000

/** Who is in the visible scope and what they are called: at the start, once a day, and when somebody new appears. */
export default defineJob({
  every: '5s',
  async run(house) {
    await doWork(house, 'staff', dayMs, (claim) => syncStaff(house, claim))
    return false
  },
})
