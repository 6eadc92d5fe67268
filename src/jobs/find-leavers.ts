import { defineJob } from '../define.ts'
import { firstSyncWork } from '../mirror/first-sync.ts'
import { leaverWork } from '../mirror/staff.ts'
import { doWork, lastDone } from '../mirror/work.ts'
import { findLeavers } from '../transfers/leavers.ts'

const hourMs = 3_600_000

/** Whose customers have nobody any more: every hour, and soon after somebody went out of sight. */
export default defineJob({
  automatic: {
    name: '查离职同事的客户',
    does: '每小时向企业微信查一次离职同事没人接的客户，按派单规则分出去。',
    off: '离职的客户不再自动发现，请在企业微信管理后台「离职继承」里分配。',
  },
  every: '10s',
  async run(house) {
    if (!(await lastDone(house.db, firstSyncWork))) return false
    await doWork(house, leaverWork, hourMs, (claim) => findLeavers(house, claim))
    return false
  },
})
