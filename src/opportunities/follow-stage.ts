import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type OpportunityFields, openOpportunity } from './open.ts'
import { lockOpportunity, recordChange } from './row.ts'

export interface StageStep {
  leadId: string
  from: string
  to: string
  by: string
  /** Id of the reason that was given, and the note that holds its words. */
  reason: string | null
  noteId: string | null
  /** What whoever moved the lead said of the deal. */
  deal?: (OpportunityFields & { id?: string | undefined }) | undefined
}

/**
 * Keeps a deal beside its lead: coming to the deals' stage ties him to one, the company's only open one or a new one; going on
 * to where won deals go wins it; leaving otherwise unties him, and a deal nobody is tied to any more is lost.
 */
export async function followStage(tx: Transaction, house: House, step: StageStep): Promise<void> {
  if (step.from === step.to) return
  const { playbook } = await house.playbook.current()
  const { stage, won } = playbook.accounts.opportunity
  if (stage === undefined) return
  if (step.to === stage) await tie(tx, house, step)
  if (step.from === stage) await untie(tx, house, step, step.to === won)
}

async function tie(tx: Transaction, house: House, { leadId, by, deal = {} }: StageStep): Promise<void> {
  const { id: wished, ...fields } = deal
  if (wished !== undefined) await mustBeHis(tx, wished, leadId)
  const [fit] =
    wished === undefined
      ? await tx.query<{ id: string }>(
          `SELECT o.id FROM opportunities o LEFT JOIN opportunity_people p ON p.opportunity_id = o.id AND p.lead_id = $1
           WHERE o.state = 'open' AND (p.lead_id IS NOT NULL OR o.account_id IN (SELECT account_id FROM account_people WHERE lead_id = $1)
             AND (SELECT count(*) FROM opportunities c WHERE c.account_id = o.account_id AND c.state = 'open') = 1)
           ORDER BY p.lead_id IS NULL, o.created_at DESC LIMIT 1`,
          [leadId],
        )
      : [{ id: wished }]
  const isNamed = fields.name !== undefined
  const id = fit && !(isNamed && wished === undefined) ? fit.id : await openOpportunity(tx, house, leadId, fields, by)
  await tx.query(
    `INSERT INTO opportunity_people AS p (opportunity_id, lead_id, tied, by, at) VALUES ($1, $2, true, $3, $4)
     ON CONFLICT (opportunity_id, lead_id) DO UPDATE SET tied = true WHERE NOT p.tied`,
    [id, leadId, by, house.clock.now()],
  )
  await recordChange(tx, house, { id, leadId }, { kind: 'tied', by, data: { lead: leadId } })
}

/** @throws Refused 409 */
async function mustBeHis(tx: Transaction, id: string, leadId: string): Promise<void> {
  const row = await lockOpportunity(tx, id)
  const [near] = await tx.query<{ near: boolean }>(
    `SELECT EXISTS (SELECT FROM account_people p WHERE p.lead_id = $2 AND account_root(p.account_id) = account_root($3)) OR EXISTS
       (SELECT FROM opportunity_people WHERE opportunity_id = $1 AND lead_id = $2) AS near`,
    [id, leadId, row.accountId],
  )
  if (row.state !== 'open' || !near?.near)
    throw new Refused(409, 'other_opportunity', '这个商机不是他公司的，或者已经结束')
}

async function untie(tx: Transaction, house: House, step: StageStep, isWon: boolean): Promise<void> {
  const [tied] = await tx.query<{ id: string }>(
    `UPDATE opportunity_people SET tied = false WHERE lead_id = $1 AND tied RETURNING opportunity_id AS id`,
    [step.leadId],
  )
  if (!tied) return
  const row = await lockOpportunity(tx, tied.id)
  if (row.state !== 'open') return
  const others = await tx.query('SELECT 1 FROM opportunity_people WHERE opportunity_id = $1 AND tied LIMIT 1', [row.id])
  if (isWon || others.length === 0)
    await tx.query('UPDATE opportunities SET state = $2, reason = $3, closed_at = $4 WHERE id = $1', [
      row.id,
      isWon ? 'won' : 'lost',
      step.reason,
      house.clock.now(),
    ])
  await recordChange(tx, house, row, {
    kind: isWon ? 'won' : others.length === 0 ? 'lost' : 'untied',
    by: step.by,
    data: { lead: step.leadId, to: step.to, reason: step.reason },
    noteId: step.noteId,
  })
}
