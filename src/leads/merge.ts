import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markLook } from '../journeys/marks.ts'
import { cancelMessages } from '../messages/cancel.ts'
import { wishStage } from '../mirror/wishes.ts'
import { cancelOffers } from '../offers/cancel.ts'
import { lockLead } from './lock.ts'
import { record } from './record.ts'

/**
 * Makes `loser` an alias of `winner`: rows stay with their lead, reads follow the alias. An opt-out of either holds for both;
 * the loser's offers and planned messages are cancelled.
 * @returns the id of the merge, by which it can be undone
 * @throws Refused 404, 409 same_lead
 */
export async function mergeLeads(
  tx: Transaction,
  house: House,
  winner: string,
  loser: string,
  by: string,
): Promise<string> {
  const [first, second] = [winner, loser].sort() as [string, string]
  const rows = [await lockLead(tx, first), await lockLead(tx, second)]
  const [keep, alias] = winner === first ? [rows[0], rows[1]] : [rows[1], rows[0]]
  if (!keep || !alias || keep.id === alias.id) throw new Refused(409, 'same_lead', '这两条线索已经是同一个人')
  const now = house.clock.now()
  const id = newId(house.clock)
  await cancelOffers(tx, house, alias.id, by)
  await cancelMessages(tx, house, alias.id, '线索已合并')
  await markLook(tx, house, [alias.id])
  await tx.query('DELETE FROM review_queue WHERE lead_id = $1', [alias.id])
  await tx.query('UPDATE leads SET merged_into = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
    alias.id,
    keep.id,
    now,
  ])
  await tx.query(
    `UPDATE leads SET updated_at = $2, version = version + 1, marketing = CASE WHEN $3 = 'denied' THEN 'denied' ELSE marketing END,
       paused_until = greatest(paused_until, (SELECT a.paused_until FROM leads a WHERE a.id = $11)),
       name = CASE WHEN name = '' THEN $4 ELSE name END, company = coalesce(company, $5), title = coalesce(title, $6), industry = coalesce(industry, $7), region = coalesce(region, $8),
       first_source = CASE WHEN first_source IS NULL OR $9::jsonb ->> 'at' < first_source ->> 'at' THEN coalesce($9::jsonb, first_source) ELSE first_source END,
       last_source = CASE WHEN last_source IS NULL OR $10::jsonb ->> 'at' > last_source ->> 'at' THEN coalesce($10::jsonb, last_source) ELSE last_source END
     WHERE id = $1`,
    [
      keep.id,
      now,
      alias.marketing,
      alias.name,
      alias.company,
      alias.title,
      alias.industry,
      alias.region,
      JSON.stringify(alias.firstSource),
      JSON.stringify(alias.lastSource),
      alias.id,
    ],
  )
  await tx.query('INSERT INTO merges (id, winner, loser, by, at) VALUES ($1, $2, $3, $4, $5)', [
    id,
    keep.id,
    alias.id,
    by,
    now,
  ])
  const pair = [keep.id, alias.id].sort()
  await tx.query("UPDATE merge_suggestions SET state = 'merged' WHERE state = 'open' AND a = $1 AND b = $2", pair)
  // Relations stay with their lead; they shall wear the tag of the lead that speaks for it now.
  await wishStage(tx, [keep.id], now)
  await record(
    tx,
    [keep.id, alias.id].map((leadId) => ({
      leadId,
      at: now,
      kind: 'merge',
      actor: by,
      key: id,
      data: { merge: id, winner: keep.id, loser: alias.id },
    })),
  )
  return id
}

/**
 * Undoes the last merge of `loser`: it speaks for itself again, as it stood. An opt-out that came by the merge stays.
 * @throws Refused 409 not_merged
 */
export async function splitLead(tx: Transaction, house: House, loser: string, by: string): Promise<string> {
  const now = house.clock.now()
  const [merge] = await tx.query<{ id: string; winner: string; loser: string }>(
    'SELECT id, winner, loser FROM merges WHERE loser = $1 AND undone_at IS NULL ORDER BY at DESC LIMIT 1 FOR UPDATE',
    [loser],
  )
  if (!merge) throw new Refused(409, 'not_merged', '这条线索没有被合并过')
  await tx.query('UPDATE merges SET undone_at = $2, undone_by = $3 WHERE id = $1', [merge.id, now, by])
  await tx.query('UPDATE leads SET merged_into = NULL, updated_at = $2, version = version + 1 WHERE id = $1', [
    loser,
    now,
  ])
  await wishStage(tx, [merge.winner, loser], now)
  await record(
    tx,
    [merge.winner, loser].map((leadId) => ({
      leadId,
      at: now,
      kind: 'split',
      actor: by,
      key: merge.id,
      data: { merge: merge.id },
    })),
  )
  return merge.id
}
