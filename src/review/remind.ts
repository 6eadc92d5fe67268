import { systemActor } from '../actor.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { move } from '../leads/move.ts'

const page = 100

/**
 * Leads whose agreed day has come return to the review queue, unless something else became of them since the verdict.
 * @returns true when there may be more
 */
export async function remindVerdicts(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<{ id: string; leadId: string; seq: number }>(
    `SELECT id, lead_id AS "leadId", (before ->> 'seq')::int AS seq FROM verdicts WHERE remind_at <= $1 ORDER BY remind_at LIMIT $2`,
    [now, page],
  )
  return eachAlone(house, due, page, ({ id, leadId, seq }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId)
      const rows = await tx.query(
        "UPDATE verdicts SET remind_at = NULL WHERE id = $1 AND remind_at IS NOT NULL AND state <> 'undone' RETURNING 1",
        [id],
      )
      if (rows.length === 0 || (lead.id === leadId && lead.stageSeq !== seq)) return
      await tx.query('UPDATE leads SET cool_until = NULL WHERE id = $1 AND cool_until <= $2', [lead.id, now])
      try {
        const why = [{ rule: 'remind', text: '到了约定的再联系日期' }]
        await move(tx, house, { leadId, on: 'nominate', actor: systemActor, rule: 'remind', why })
      } catch (error) {
        // The rules know no way to the queue from where it stands.
        if (!(error instanceof Refused && error.status === 409)) throw error
      }
    }),
  )
}
