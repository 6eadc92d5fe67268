import { defineJob } from '../define.ts'
import { firstSyncWork } from '../mirror/first-sync.ts'
import { reconcile, reconcileMember } from '../mirror/reconcile.ts'
import { askIfWeSlept, doWork, dueWork, lastDone } from '../mirror/work.ts'

const hourMs = 3_600_000
const atOnce = 10

/** Compares what we know with WeCom's every hour, and after we were away. */
export default defineJob({
  every: '10s',
  async run(house) {
    if (!(await lastDone(house.db, firstSyncWork))) return false
    await askIfWeSlept(house, 'reconcile')
    await doWork(house, 'reconcile', hourMs, (claim) => reconcile(house, claim))
    const members = await dueWork(house, 'reconcile:', atOnce)
    for (const name of members)
      await doWork(house, name, null, (claim) => reconcileMember(house, name.slice('reconcile:'.length), claim))
    return members.length === atOnce
  },
})
