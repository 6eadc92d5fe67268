import { defineJob } from '../define.ts'
import { firstSync, firstSyncWork } from '../mirror/first-sync.ts'
import { tagWork } from '../mirror/tag-definitions.ts'
import { doWork, lastDone } from '../mirror/work.ts'

const onceMs = 100 * 365 * 86_400_000

/** Meets the corp's customers, once, silently. */
export default defineJob({
  every: '5s',
  async run(house) {
    if (await lastDone(house.db, firstSyncWork)) return false
    // Tags first: what people wear is taken over with them.
    if (!(await lastDone(house.db, tagWork))) return false
    if (await doWork(house, firstSyncWork, onceMs, (claim) => firstSync(house, claim))) house.wake.up('reconcile')
    return false
  },
})
