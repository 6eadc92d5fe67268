import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { findLeads, type LeadName } from '../leads/find.ts'
import { newCode } from '../messages/links.ts'

/** Somebody WeCom told us opened a page. */
export interface Visitor {
  id: string
  /** What stands in the addresses he forwards. */
  code: string
  kind: 'customer' | 'stranger' | 'staff'
  externalUserId: string | null
  openid: string | null
  leadId: string | null
  stoppedAt: Date | null
}

/** What WeCom's silent authorization says of him. */
export interface Told {
  userid?: string | undefined
  openid?: string | undefined
  externalUserid?: string | undefined
}

const columns = `id, code, kind, external_userid AS "externalUserId", openid, lead_id AS "leadId", stopped_at AS "stoppedAt"`

export async function findVisitor(sql: Sql, code: string): Promise<Visitor | null> {
  const [row] = await sql.query<Visitor>(`SELECT ${columns} FROM visitors WHERE code = $1`, [code])
  return row ?? null
}

/**
 * The visitor WeCom told of, made when he is new. Somebody who was a stranger and is a customer now stays one visitor: his
 * openid is the same.
 * @returns null when WeCom told nothing
 */
export async function knowVisitor(house: House, told: Told): Promise<Visitor | null> {
  const { userid = null, openid = null, externalUserid = null } = told
  if (userid === null && openid === null && externalUserid === null) return null
  const kind = userid !== null ? 'staff' : externalUserid !== null ? 'customer' : 'stranger'
  return house.db.transaction(async (tx) => {
    for (const name of [userid, externalUserid, openid].filter((name) => name !== null).sort())
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('visitor:' || $1, 0))`, [name])
    const known = await tx.query<Visitor>(
      `SELECT ${columns} FROM visitors WHERE ${kind === 'staff' ? 'userid = $1' : 'external_userid = $1 OR openid = $2'}
       ORDER BY external_userid IS NULL, created_at FOR UPDATE`,
      kind === 'staff' ? [userid] : [externalUserid, openid],
    )
    const [first, ...others] = known
    for (const other of others) await absorb(tx, first as Visitor, other)
    const [row] = first
      ? await tx.query<Visitor>(
          `UPDATE visitors SET kind = CASE WHEN $2 = 'stranger' AND external_userid IS NOT NULL THEN kind ELSE $2 END, external_userid = coalesce(external_userid, $3), openid = coalesce(openid, $4) WHERE id = $1 RETURNING ${columns}`,
          [first.id, kind, externalUserid, openid],
        )
      : await tx.query<Visitor>(
          `INSERT INTO visitors (id, code, kind, external_userid, openid, userid, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
          // Of one of us only the userid is kept.
          [
            newId(house.clock),
            newCode(),
            kind,
            externalUserid,
            kind === 'staff' ? null : openid,
            userid,
            house.clock.now(),
          ],
        )
    return row ?? null
  })
}

/** Two who turn out to be one: the stranger of yesterday is a customer today. */
async function absorb(tx: Transaction, keep: Visitor, other: Visitor): Promise<void> {
  await tx.query('UPDATE visits SET visitor_id = $1 WHERE visitor_id = $2', [keep.id, other.id])
  await tx.query('UPDATE visits SET from_visitor = $1 WHERE from_visitor = $2', [keep.id, other.id])
  await tx.query('UPDATE visitors SET openid = NULL WHERE id = $1', [other.id])
  await tx.query('UPDATE visitors SET stopped_at = coalesce(stopped_at, $2) WHERE id = $1', [keep.id, other.stoppedAt])
}

/** The lead that speaks for a visitor now, by what WeCom told of him; null: a stranger, or one of us. */
export async function leadOf(sql: Sql, house: Pick<House, 'seal'>, visitor: Visitor): Promise<string | null> {
  if (visitor.kind === 'staff') return null
  const names: LeadName[] = []
  if (visitor.externalUserId) names.push({ kind: 'externalUserId', value: visitor.externalUserId })
  // What WeCom says of a customer goes before what a form once said of a number.
  if (visitor.leadId) names.push({ kind: 'id', value: visitor.leadId })
  if (visitor.openid) names.push({ kind: 'openid', value: visitor.openid })
  const found = await findLeads(sql, house.seal, names)
  return found.find((leadId) => leadId !== null) ?? null
}
