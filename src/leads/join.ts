import { wantLiveCode } from '../codes/make.ts'
import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'

/** Most people behind one code; WeCom hands the customers out among them. */
const mostStaff = 20

/**
 * A code through which whoever comes *is* this lead. WeCom makes it soon after the commit; the page behind the address shows
 * it then, and asks for it itself when somebody looks earlier.
 * @returns the page's address, or null while there is nobody of ours to be added
 */
export async function wantJoinUrl(tx: Transaction, house: House, leadId: string, by: string): Promise<string | null> {
  const [held] = await tx.query<{ id: string; state: string }>(
    `SELECT id, state FROM live_codes WHERE lead_id = $1 AND kind = 'join' AND made <> 'failed' ORDER BY created_at DESC LIMIT 1`,
    [leadId],
  )
  const code = held ?? (await wantOne(tx, house, leadId, by))
  if (!code) return null
  await tx.query("UPDATE live_codes SET make_at = $2 WHERE id = $1 AND made = 'wanted'", [code.id, house.clock.now()])
  tx.afterCommit(() => house.wake.up('make-live-codes'))
  return `${house.config.contentUrl}/c/join/${code.state}`
}

async function wantOne(tx: Transaction, house: House, leadId: string, by: string) {
  const staff = await whoToAdd(tx, leadId)
  if (staff.length === 0) return null
  return wantLiveCode(tx, house, { kind: 'join', name: `表单 ${leadId.slice(-8)}`, staff, leadId, by })
}

/** The owner; else those who look after leads nobody owns; else those who sell. */
async function whoToAdd(sql: Sql, leadId: string): Promise<string[]> {
  const rows = await sql.query<{ userid: string; rank: number }>(
    `SELECT s.userid, CASE WHEN s.userid = l.owner THEN 0 WHEN 'mdr' = ANY(s.roles) THEN 1 WHEN 'sdr' = ANY(s.roles) THEN 2 ELSE 3 END AS rank
     FROM leads l, staff s WHERE l.id = $1 AND s.active AND s.in_scope AND (s.userid = l.owner OR s.roles && '{mdr,sdr,sales,csm}')
     ORDER BY rank, s.userid`,
    [leadId],
  )
  return rows
    .filter(({ rank }) => rank === rows[0]?.rank)
    .slice(0, mostStaff)
    .map(({ userid }) => userid)
}
