import { defineJob } from '../define.ts'
import { firstSyncWork } from '../mirror/first-sync.ts'
import { leaverWork } from '../mirror/staff.ts'
import { doWork, lastDone } from '../mirror/work.ts'
import { findLeavers } from '../transfers/leavers.ts'

const hourMs = 3_600_000

/** Whose customers have nobody any more: every hour, and soon after somebody went out of sight. */
export default defineJob({
  every: '10s',
  async run(house) {
    if (!(await lastDone(house.db, firstSyncWork))) return false
    await doWork(house, leaverWork, hourMs, (claim) => findLeavers(house, claim))
    return false
  },
})
