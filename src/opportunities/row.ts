import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'

/** A deal's row, as whoever holds its lock sees it. */
export interface OpportunityRow {
  id: string
  accountId: string | null
  leadId: string
  name: string
  amount: number | null
  expectedClose: string | null
  step: string
  state: 'open' | 'won' | 'lost'
  owner: string | null
  competitors: string[]
  nextStep: string | null
  nextAt: Date | null
  reason: string | null
  seq: number
  steppedAt: Date
  touchedAt: Date
  closedAt: Date | null
  createdBy: string
  createdAt: Date
  version: number
}

export const opportunityColumns = `o.id, o.account_id AS "accountId", o.lead_id AS "leadId", o.name, o.amount, to_char(o.expected_close, 'YYYY-MM-DD') AS "expectedClose", o.step, o.state,
  o.owner, o.competitors, o.next_step AS "nextStep", o.next_at AS "nextAt", o.reason, o.seq, o.stepped_at AS "steppedAt", o.touched_at AS "touchedAt", o.closed_at AS "closedAt",
  o.created_by AS "createdBy", o.created_at AS "createdAt", o.version`

/** @throws Refused 404, 409 stale_version */
export async function lockOpportunity(tx: Transaction, id: string, version?: number): Promise<OpportunityRow> {
  const [row] = await tx.query<OpportunityRow>(
    `SELECT ${opportunityColumns} FROM opportunities o WHERE o.id = $1 FOR UPDATE`,
    [id],
  )
  if (!row) throw new Refused(404, 'opportunity_unknown', '没有这个商机')
  if (version !== undefined && version !== row.version)
    throw new Refused(409, 'stale_version', '商机已被他人更新，请刷新后再试', { version: row.version })
  return row
}

/** @throws Refused 409 */
export function mustBeOpen(row: OpportunityRow): void {
  if (row.state !== 'open')
    throw new Refused(409, 'opportunity_closed', row.state === 'won' ? '这个商机已经赢单' : '这个商机已经输单')
}

/** The owner, or a manager, works on a deal. @throws Refused 403 */
export function mayWorkOn(row: OpportunityRow, actor: Actor): void {
  const isOwner = row.owner !== null && row.owner.toLowerCase() === actor.id.toLowerCase()
  if (!isOwner && !isManager(actor) && row.owner !== null)
    throw new Refused(403, 'not_your_opportunity', '这个商机不在您名下')
}

export const isManager = (actor: Actor): boolean =>
  actor.roles.some((role) => role === 'admin' || role === 'manager' || role === 'system')

export interface Change {
  kind: string
  by: string
  data?: Record<string, unknown>
  /** Words a person wrote; they stand in a note, where they can be erased. */
  words?: string | undefined
  noteId?: string | null | undefined
}

/** One line of a deal's history. Whatever happens to a deal goes through here, so that nothing about it is untold or stale. */
export async function recordChange(
  tx: Transaction,
  house: House,
  row: Pick<OpportunityRow, 'id' | 'leadId'>,
  { kind, by, data = {}, words, noteId = null }: Change,
): Promise<void> {
  const now = house.clock.now()
  const { version } = await house.playbook.current()
  let note = noteId
  if (words) {
    note = newId(house.clock)
    await tx.query('INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, $3, $4, $5, $6)', [
      note,
      row.leadId,
      by,
      now,
      'reason',
      words,
    ])
  }
  await tx.query(
    `WITH counted AS (UPDATE opportunities SET seq = seq + 1, version = version + 1, touched_at = $2, told = 0, updated_at = $2 WHERE id = $1 RETURNING seq)
     INSERT INTO opportunity_changes (opportunity_id, seq, kind, by, at, data, note_id, playbook_version) SELECT $1, seq, $3, $4, $2, $5, $6, $7 FROM counted`,
    [row.id, now, kind, by, JSON.stringify(data), note, version],
  )
  // Its company's numbers follow.
  await tx.query('INSERT INTO account_marks (lead_id) VALUES ($1)', [row.leadId])
}
