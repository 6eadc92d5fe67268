import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markLook } from '../journeys/marks.ts'
import { cancelMessages } from '../messages/cancel.ts'
import { lockLead } from './lock.ts'
import { record } from './record.ts'

/**
 * Keeps a consent or its withdrawal. Opting out holds at once and everywhere: planned marketing is cancelled, and what is
 * claimed later is checked against the row written here.
 * @throws Refused 404
 */
export async function setConsent(
  tx: Transaction,
  house: House,
  {
    leadId,
    purpose,
    granted,
    source,
    by,
  }: { leadId: string; purpose: string; granted: boolean; source: string; by: string },
): Promise<void> {
  const lead = await lockLead(tx, leadId)
  const now = house.clock.now()
  const id = newId(house.clock)
  await tx.query(
    'INSERT INTO consents (id, lead_id, purpose, granted, source, by, at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [id, lead.id, purpose, granted, source, by, now],
  )
  if (purpose === 'marketing') {
    await tx.query('UPDATE leads SET marketing = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
      lead.id,
      granted ? 'granted' : 'denied',
      now,
    ])
    if (!granted) {
      await cancelMessages(tx, house, lead.id, '客户已退订', 'marketing')
      await markLook(tx, house, [lead.id])
    }
  }
  await record(tx, [
    { leadId: lead.id, at: now, kind: 'consent', actor: by, key: id, data: { consent: id, purpose, granted, source } },
  ])
}
