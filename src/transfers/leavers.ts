import type { Transaction } from '../db.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { openLeads } from '../leads/open.ts'
import { record } from '../leads/record.ts'
import { registered, staffLeft } from '../mirror/staff.ts'
import type { Claim } from '../mirror/work.ts'
import { listUnassignedPage, type Unassigned } from '../wecom/transfer.ts'

/**
 * Customers of members who left, as WeCom lists them, a page at a time: each is written down once as a transfer nobody has been
 * found for. Who left though nobody told us leaves here too. What WeCom lists no more was given to somebody in the admin console.
 */
export async function findLeavers(house: House, claim: Claim): Promise<void> {
  const began = house.clock.now()
  try {
    for (let cursor = ''; ; ) {
      const page = await listUnassignedPage(house.wecom, cursor)
      await house.db.transaction((tx) => keep(tx, house, page.items))
      await claim.extend()
      if (page.next === '' || page.next === cursor) break
      cursor = page.next
    }
  } catch (error) {
    // An app that may not ask learns of leavers by `unsubscribe` alone.
    if (!(error instanceof GiveUp)) throw error
    house.log.info({ reason: error.reason }, 'WeCom does not list unassigned customers')
    return
  }
  await house.db.query(
    `UPDATE transfers SET state = 'cancelled', fault = '已在管理后台分配，或客户已离开', fault_id = 'not_listed', ended_at = $1, look_at = NULL
     WHERE state = 'unplaced' AND way = 'leaver' AND seen_at < $1`,
    [began],
  )
  house.wake.up('follow-transfers')
}

async function keep(tx: Transaction, house: House, listed: readonly Unassigned[]): Promise<void> {
  if (listed.length === 0) return
  const now = house.clock.now()
  const spell = await registered(
    tx,
    house,
    listed.map((one) => one.handover_userid),
  )
  await letGo(tx, house, [...new Set(listed.map((one) => spell(one.handover_userid)))])
  const rows = listed.map((one) => ({
    externalUserId: one.external_userid,
    handover: spell(one.handover_userid),
    leftAt: new Date((one.dimission_time ?? 0) * 1000),
  }))
  await tx.query(
    `UPDATE transfers t SET seen_at = $4 FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS l(ext, userid, left_at)
     WHERE t.external_userid = l.ext AND lower(t.handover) = lower(l.userid) AND t.left_at = l.left_at`,
    [rows.map((row) => row.externalUserId), rows.map((row) => row.handover), rows.map((row) => row.leftAt), now],
  )
  const fresh = await tx.query<{ ext: string; userid: string; leftAt: Date }>(
    `SELECT DISTINCT ON (ext) ext, userid, left_at AS "leftAt" FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS l(ext, userid, left_at)
     WHERE NOT EXISTS (SELECT 1 FROM transfers t WHERE t.external_userid = l.ext
       AND (lower(t.handover) = lower(l.userid) AND t.left_at = l.left_at OR t.state IN ('unplaced', 'wanted', 'asked') AND t.way <> 'introduction'))
     ORDER BY ext, left_at DESC`,
    [rows.map((row) => row.externalUserId), rows.map((row) => row.handover), rows.map((row) => row.leftAt)],
  )
  const opened = await openLeads(
    tx,
    house,
    fresh.map(({ ext, userid }) => ({
      identities: [{ kind: 'externalUserId', value: ext }],
      fields: {},
      source: { kind: 'wecom', state: null, userid },
      at: now,
      by: 'wecom',
      key: `found:${ext}:${userid}`,
      automation: false,
    })),
  )
  const written = await tx.query<{ id: string; leadId: string; handover: string }>(
    `INSERT INTO transfers (id, external_userid, lead_id, handover, state, reason, way, left_at, seen_at, asked_at, look_at)
     SELECT id, ext, lead, userid, 'unplaced', 'resigned', 'leaver', left_at, $6, $6, $6
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[]) AS l(id, ext, lead, userid, left_at)
     ON CONFLICT DO NOTHING RETURNING id, lead_id AS "leadId", handover`,
    [
      fresh.map(() => newId(house.clock)),
      fresh.map(({ ext }) => ext),
      opened.map(({ leadId }) => leadId),
      fresh.map(({ userid }) => userid),
      fresh.map(({ leftAt }) => leftAt),
      now,
    ],
  )
  await record(
    tx,
    written.map(({ id, leadId, handover }) => ({
      leadId,
      at: now,
      kind: 'transfer',
      key: `unplaced\0${id}`,
      data: { state: 'unplaced', handover, reason: 'resigned' },
    })),
  )
}

async function letGo(tx: Transaction, house: House, leavers: readonly string[]): Promise<void> {
  const here = await tx.query<{ userid: string }>(
    'SELECT userid FROM staff WHERE in_scope AND userid = ANY($1) ORDER BY userid',
    [leavers],
  )
  for (const { userid } of here) await staffLeft(tx, house, userid)
}
