import { defineJob } from '../define.ts'
import { sumScores } from '../leads/note.ts'

/** Grades that change by waiting alone: only those whose time has come are looked at. */
export default defineJob({
  every: '10m',
  async run(house) {
    return house.db.transaction(async (tx) => {
      const due = await tx.query<{ leadId: string }>(
        'SELECT lead_id AS "leadId" FROM scores WHERE crosses_at <= $1 ORDER BY lead_id LIMIT 1000 FOR UPDATE SKIP LOCKED',
        [house.clock.now()],
      )
      if (due.length > 0)
        await sumScores(
          tx,
          house,
          due.map(({ leadId }) => leadId),
        )
      return due.length === 1000
    })
  },
})
