import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { lockLead } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { tellReturned } from '../offers/give-back.ts'
import { readReason } from '../stages/edges.ts'
import { missingBetween, stepAfterThis } from './gates.ts'
import { isManager, lockOpportunity, mayWorkOn, mustBeOpen, type OpportunityRow, recordChange } from './row.ts'

/**
 * Ticks an item of the checklist, or takes the tick back.
 * @throws Refused 403, 404, 409 opportunity_closed, 422 item_unknown
 */
export async function tickItem(
  tx: Transaction,
  house: House,
  { id, item, done, note }: { id: string; item: string; done: boolean; note?: string | undefined },
  actor: Actor,
): Promise<void> {
  const row = await lockOpportunity(tx, id)
  mayWorkOn(row, actor)
  mustBeOpen(row)
  await knownItem(house, item)
  const changed = done
    ? await tx.query(
        'INSERT INTO opportunity_ticks (opportunity_id, item, by, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1',
        [id, item, actor.id, house.clock.now()],
      )
    : await tx.query('DELETE FROM opportunity_ticks WHERE opportunity_id = $1 AND item = $2 RETURNING 1', [id, item])
  if (changed.length === 0) return
  await recordChange(tx, house, row, { kind: done ? 'ticked' : 'unticked', by: actor.id, data: { item }, words: note })
  if (done && note)
    await tx.query(
      'UPDATE opportunity_ticks SET note_id = (SELECT note_id FROM opportunity_changes WHERE opportunity_id = $1 ORDER BY seq DESC LIMIT 1) WHERE opportunity_id = $1 AND item = $2',
      [id, item],
    )
}

async function knownItem(house: House, item: string): Promise<void> {
  const { playbook } = await house.playbook.current()
  const known = playbook.accounts.opportunity.steps.flatMap(({ checklist }) => checklist.map(({ id }) => id))
  if (!known.includes(item)) throw new Refused(422, 'item_unknown', '清单里没有这一项', { known })
}

/**
 * A record of what happened with a lead ticks what it shows, on the deal he is in. What the playbook does not know is left.
 * @returns the items that were ticked by it
 */
export async function tickByRecord(
  tx: Transaction,
  house: House,
  { leadId, items, noteId, by }: { leadId: string; items: readonly string[]; noteId: string; by: string },
): Promise<string[]> {
  const { playbook } = await house.playbook.current()
  const known = new Set(playbook.accounts.opportunity.steps.flatMap(({ checklist }) => checklist.map(({ id }) => id)))
  const shown = items.filter((item) => known.has(item))
  if (shown.length === 0) return []
  const [deal] = await tx.query<OpportunityRow>(
    `SELECT o.id, o.lead_id AS "leadId" FROM opportunity_people p JOIN opportunities o ON o.id = p.opportunity_id
     WHERE p.lead_id = $1 AND o.state = 'open' ORDER BY p.tied DESC, o.created_at DESC LIMIT 1 FOR UPDATE OF o`,
    [leadId],
  )
  if (!deal) return []
  const fresh = await tx.query<{ item: string }>(
    `INSERT INTO opportunity_ticks (opportunity_id, item, by, at, note_id) SELECT $1, item, $3, $4, $5 FROM unnest($2::text[]) AS item ON CONFLICT DO NOTHING RETURNING item`,
    [deal.id, shown, by, house.clock.now(), noteId],
  )
  const ticked = fresh.map(({ item }) => item).sort()
  for (const item of ticked) await recordChange(tx, house, deal, { kind: 'ticked', by, data: { item }, noteId })
  return ticked
}

/**
 * Takes a deal to the next step, or to one further on or back. Shut gates hold it unless a manager lets it through with his
 * reason.
 * @throws Refused 403, 404, 409 gate_shut | opportunity_closed | stale_version, 422 step_unknown
 */
export async function stepOn(
  tx: Transaction,
  house: House,
  {
    id,
    to,
    override,
    version,
  }: { id: string; to?: string | undefined; override?: string | undefined; version?: number | undefined },
  actor: Actor,
): Promise<void> {
  const row = await lockOpportunity(tx, id, version)
  mayWorkOn(row, actor)
  mustBeOpen(row)
  const { playbook } = await house.playbook.current()
  const { steps } = playbook.accounts.opportunity
  const next = to ?? stepAfterThis(steps, row.step)
  if (next === null) throw new Refused(409, 'last_step', '已经是最后一步，请记赢单或输单')
  if (!steps.some(({ id: step }) => step === next))
    throw new Refused(422, 'step_unknown', '没有这一步', { known: steps.map(({ id: step }) => step) })
  if (next === row.step) return
  const passed = await passGates(tx, house, row, next, override, actor)
  await tx.query('UPDATE opportunities SET step = $2, stepped_at = $3 WHERE id = $1', [id, next, house.clock.now()])
  await recordChange(tx, house, row, {
    kind: 'stepped',
    by: actor.id,
    data: { from: row.step, to: next, ...(passed.length > 0 ? { overridden: passed } : {}) },
    words: passed.length > 0 ? override : undefined,
  })
}

/** @returns the items a manager let it pass without */
async function passGates(
  tx: Transaction,
  house: House,
  row: OpportunityRow,
  to: string | null,
  override: string | undefined,
  actor: Actor,
): Promise<string[]> {
  const { playbook } = await house.playbook.current()
  const ticks = await tx.query<{ item: string }>('SELECT item FROM opportunity_ticks WHERE opportunity_id = $1', [
    row.id,
  ])
  const missing = missingBetween(
    playbook.accounts.opportunity.steps,
    row.step,
    to,
    new Set(ticks.map(({ item }) => item)),
  )
  if (missing.length === 0) return []
  if (!override?.trim())
    throw new Refused(409, 'gate_shut', `还差：${missing.map(({ name }) => name).join('、')}`, { missing })
  if (!isManager(actor)) throw new Refused(403, 'override_forbidden', '放行要由主管来做', { missing })
  return missing.map(({ item }) => item)
}

/**
 * A deal is won. Its leads are asked on to where won deals go.
 * @throws Refused 403, 404, 409 gate_shut | opportunity_closed | stale_version
 */
export async function winOpportunity(
  tx: Transaction,
  house: House,
  {
    id,
    reason,
    override,
    version,
  }: { id: string; reason?: string | undefined; override?: string | undefined; version?: number | undefined },
  actor: Actor,
): Promise<void> {
  const leads = await tiedLeads(tx, id)
  const row = await lockOpportunity(tx, id, version)
  mayWorkOn(row, actor)
  mustBeOpen(row)
  const { playbook } = await house.playbook.current()
  const passed = await passGates(tx, house, row, null, override, actor)
  await close(tx, house, row, 'won', null)
  await recordChange(tx, house, row, {
    kind: 'won',
    by: actor.id,
    data: passed.length > 0 ? { overridden: passed } : {},
    words: [override, reason].filter(Boolean).join('；') || undefined,
  })
  const { stage, won } = playbook.accounts.opportunity
  if (won === undefined) return
  for (const leadId of leads) {
    const lead = await lockLead(tx, leadId)
    if (lead.stage === stage)
      await move(tx, house, { leadId, on: 'advance', toStage: won, actor, reason, rule: 'opportunity-won' })
  }
}

/**
 * A deal is lost, for a reason of the playbook's. Its leads go back to nurture, for the same reason.
 * @throws Refused 403, 404, 409 opportunity_closed | stale_version, 422 reason_required
 */
export async function loseOpportunity(
  tx: Transaction,
  house: House,
  given: {
    id: string
    reason: string
    note?: string | undefined
    until?: Date | undefined
    version?: number | undefined
  },
  actor: Actor,
): Promise<void> {
  const { id, reason, note, until, version } = given
  const leads = await tiedLeads(tx, id)
  const row = await lockOpportunity(tx, id, version)
  mayWorkOn(row, actor)
  mustBeOpen(row)
  const { playbook } = await house.playbook.current()
  const { stage, lost } = playbook.accounts.opportunity
  const why = readReason(playbook, lost ?? '', reason)
  if (!why) throw new Refused(422, 'reason_required', '请说明原因')
  await close(tx, house, row, 'lost', why.id)
  await recordChange(tx, house, row, {
    kind: 'lost',
    by: actor.id,
    data: { reason: why.id },
    words: [why.words, note].filter(Boolean).join('；') || undefined,
  })
  for (const leadId of leads) {
    const lead = await lockLead(tx, leadId)
    if (lead.stage !== stage) continue
    const { lead: moved } = await move(tx, house, {
      leadId,
      on: 'return',
      actor,
      reason,
      note,
      until,
      rule: 'opportunity-lost',
    })
    await tellReturned(tx, house, moved, reason)
  }
}

/**
 * A deal that was closed goes on where it stood. Its leads stay where they are; those who stand where deals are go with it
 * again, unless another deal has them by now.
 * @throws Refused 403, 404, 409 opportunity_open | stale_version
 */
export async function reopenOpportunity(
  tx: Transaction,
  house: House,
  { id, reason, version }: { id: string; reason: string; version?: number | undefined },
  actor: Actor,
): Promise<void> {
  const row = await lockOpportunity(tx, id, version)
  mayWorkOn(row, actor)
  if (row.state === 'open') throw new Refused(409, 'opportunity_open', '这个商机还在谈')
  const { playbook } = await house.playbook.current()
  await tx.query(
    `UPDATE opportunities SET state = 'open', reason = NULL, closed_at = NULL, stepped_at = $2 WHERE id = $1`,
    [id, house.clock.now()],
  )
  await tx.query(
    `UPDATE opportunity_people p SET tied = true FROM leads l WHERE p.opportunity_id = $1 AND l.id = p.lead_id AND l.stage = $2 AND l.merged_into IS NULL
       AND NOT EXISTS (SELECT FROM opportunity_people o WHERE o.lead_id = p.lead_id AND o.tied)`,
    [id, playbook.accounts.opportunity.stage ?? null],
  )
  await recordChange(tx, house, row, { kind: 'reopened', by: actor.id, data: { was: row.state }, words: reason })
}

async function tiedLeads(tx: Transaction, id: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'SELECT lead_id AS id FROM opportunity_people WHERE opportunity_id = $1 AND tied ORDER BY lead_id',
    [id],
  )
  // Leads before deals, as whoever moves a lead takes them.
  for (const { id: lead } of rows) await lockLead(tx, lead)
  return rows.map(({ id: lead }) => lead)
}

async function close(tx: Transaction, house: House, row: OpportunityRow, state: 'won' | 'lost', reason: string | null) {
  await tx.query('UPDATE opportunities SET state = $2, reason = $3, closed_at = $4 WHERE id = $1', [
    row.id,
    state,
    reason,
    house.clock.now(),
  ])
  await tx.query('UPDATE opportunity_people SET tied = false WHERE opportunity_id = $1', [row.id])
}
