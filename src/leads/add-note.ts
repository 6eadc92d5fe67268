import type { House } from '../house.ts'
import { touchFollowUp } from './follow-up.ts'
import { lockLead } from './lock.ts'
import { idFrom, record } from './record.ts'
import { tryTransaction } from './try-transaction.ts'

/** Writes what somebody has to say about a lead; for a lead that is being sold it counts as following him up. @throws Refused 404 */
export async function addNote(
  house: House,
  { leadId, by, text, key }: { leadId: string; by: string; text: string; key: string },
): Promise<void> {
  await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    const now = house.clock.now()
    const id = idFrom(`note\0${key}`)
    const [mine] = await tx.query(
      "INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, 'note', $5) ON CONFLICT DO NOTHING RETURNING 1",
      [id, lead.id, by, now, text],
    )
    if (!mine) return
    await touchFollowUp(tx, lead.id, now)
    await record(tx, [{ leadId: lead.id, at: now, kind: 'note', actor: by, key: id, data: { note: id } }])
  })
}
