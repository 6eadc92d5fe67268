import { systemActor } from '../actor.ts'
import { defineJob } from '../define.ts'
import { Refused } from '../failures.ts'
import { move } from '../leads/move.ts'

/** 「再培育」with a date: on that day the lead comes back to the review queue. */
export default defineJob({
  every: '1m',
  async run(house) {
    const now = house.clock.now()
    const due = await house.db.query<{ id: string; leadId: string }>(
      'SELECT id, lead_id AS "leadId" FROM verdicts WHERE remind_at <= $1 ORDER BY remind_at LIMIT 100',
      [now],
    )
    for (const { id, leadId } of due) {
      await house.db.transaction(async (tx) => {
        const rows = await tx.query(
          'UPDATE verdicts SET remind_at = NULL WHERE id = $1 AND remind_at IS NOT NULL RETURNING 1',
          [id],
        )
        if (rows.length === 0) return
        await tx.query('UPDATE leads SET cool_until = NULL WHERE id = lead_root($1) AND cool_until <= $2', [
          leadId,
          now,
        ])
        try {
          await move(tx, house, {
            leadId,
            on: 'nominate',
            actor: systemActor,
            rule: 'remind',
            why: [{ rule: 'remind', text: '到了约定的再联系日期' }],
          })
        } catch (error) {
          // It has moved on by itself meanwhile.
          if (!(error instanceof Refused && error.status === 409)) throw error
        }
      })
    }
    return due.length === 100
  },
})
