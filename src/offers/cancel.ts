import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import { staleCards } from '../messages/cards.ts'

/** Ends a lead's open offer because the lead went elsewhere; its card says so. */
export async function cancelOffers(tx: Transaction, house: House, leadId: string, by: string): Promise<void> {
  const now = house.clock.now()
  const rows = await tx.query<{ id: string; rule: string; playbookVersion: number }>(
    "UPDATE offers SET state = 'cancelled', answered_at = $2, answered_by = $3 WHERE lead_id = $1 AND state = 'open' RETURNING id, rule, playbook_version AS \"playbookVersion\"",
    [leadId, now, by],
  )
  for (const { id } of rows) await staleCards(tx, house, { offerId: id }, '已撤回')
  await record(
    tx,
    rows.map(({ id, rule, playbookVersion }) => ({
      leadId,
      at: now,
      kind: 'offer',
      actor: by,
      key: `cancelled\0${id}`,
      data: { offer: id, state: 'cancelled', rule, playbookVersion },
    })),
  )
}
