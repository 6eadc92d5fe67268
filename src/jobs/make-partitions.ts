import { defineJob } from '../define.ts'

/** Makes the month partitions of the event tables ahead of time. */
export default defineJob({
  every: '12h',
  async run({ db, clock }) {
    const now = clock.now()
    for (const parent of ['inbox', 'timeline']) {
      for (const ahead of [0, 1, 2]) {
        const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))
        await db.query('SELECT ensure_month($1::regclass, $2::date)', [parent, month.toISOString().slice(0, 10)])
      }
    }
    return false
  },
})
