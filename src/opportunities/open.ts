import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockOpportunity, mustBeOpen, recordChange } from './row.ts'

/** What is known of a deal at its beginning, or changed later. */
export interface OpportunityFields {
  name?: string | undefined
  /** Fen. */
  amount?: number | null | undefined
  /** `YYYY-MM-DD` */
  expectedClose?: string | null | undefined
  owner?: string | null | undefined
  competitors?: readonly string[] | undefined
  nextStep?: string | null | undefined
  nextAt?: Date | null | undefined
}

interface Beginner {
  id: string
  name: string
  company: string | null
  owner: string | null
  account: string | null
}

/**
 * Begins a deal with a lead. @returns its id
 * @throws Refused 409 no_steps
 */
export async function openOpportunity(
  tx: Transaction,
  house: House,
  leadId: string,
  fields: OpportunityFields,
  by: string,
): Promise<string> {
  const { playbook } = await house.playbook.current()
  const [first] = playbook.accounts.opportunity.steps
  if (!first) throw new Refused(409, 'no_steps', '业务规则里还没有写商机的步骤')
  const [lead] = await tx.query<Beginner>(
    `SELECT l.id, l.name, l.company, l.owner, account_root(p.account_id) AS account FROM leads l LEFT JOIN account_people p ON p.lead_id = l.id WHERE l.id = $1`,
    [leadId],
  )
  if (!lead) throw new Refused(404, 'lead_unknown', '没有这条线索')
  const id = newId(house.clock)
  const now = house.clock.now()
  await tx.query(
    `INSERT INTO opportunities (id, account_id, lead_id, name, amount, expected_close, step, state, owner, competitors, next_step, next_at, stepped_at, touched_at, created_by, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $12, $13, $12, $12)`,
    [
      id,
      lead.account,
      lead.id,
      fields.name?.trim() || `${lead.company?.trim() || lead.name || '未命名'}的商机`,
      fields.amount ?? null,
      fields.expectedClose ?? null,
      first.id,
      fields.owner === undefined ? lead.owner : fields.owner,
      fields.competitors ?? [],
      fields.nextStep ?? null,
      fields.nextAt ?? null,
      now,
      by,
    ],
  )
  await addPerson(tx, house, { opportunityId: id, leadId: lead.id, role: null, by })
  await recordChange(tx, house, { id, leadId: lead.id }, { kind: 'opened', by, data: { step: first.id } })
  return id
}

/** Somebody takes part in a deal, or his part changes. */
export async function addPerson(
  tx: Transaction,
  house: House,
  { opportunityId, leadId, role, by }: { opportunityId: string; leadId: string; role: string | null; by: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO opportunity_people (opportunity_id, lead_id, role, by, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (opportunity_id, lead_id) DO UPDATE SET role = excluded.role, by = excluded.by, at = excluded.at`,
    [opportunityId, leadId, role, by, house.clock.now()],
  )
}

/** Changes what is known of a deal. @throws Refused 404, 409 stale_version | opportunity_closed */
export async function editOpportunity(
  tx: Transaction,
  house: House,
  id: string,
  { version, ...fields }: OpportunityFields & { version?: number | undefined },
  by: string,
): Promise<void> {
  const row = await lockOpportunity(tx, id, version)
  mustBeOpen(row)
  const next = {
    name: fields.name?.trim() || row.name,
    amount: fields.amount === undefined ? row.amount : fields.amount,
    expectedClose: fields.expectedClose === undefined ? row.expectedClose : fields.expectedClose,
    owner: fields.owner === undefined ? row.owner : fields.owner,
    competitors: fields.competitors ?? row.competitors,
    nextStep: fields.nextStep === undefined ? row.nextStep : fields.nextStep,
    nextAt: fields.nextAt === undefined ? row.nextAt : fields.nextAt,
  }
  const changed = (Object.keys(next) as (keyof typeof next)[]).filter(
    (field) => JSON.stringify(next[field]) !== JSON.stringify(row[field]),
  )
  if (changed.length === 0) return
  await tx.query(
    `UPDATE opportunities SET name = $2, amount = $3, expected_close = $4, owner = $5, competitors = $6, next_step = $7, next_at = $8 WHERE id = $1`,
    [id, next.name, next.amount, next.expectedClose, next.owner, next.competitors, next.nextStep, next.nextAt],
  )
  await recordChange(tx, house, row, {
    kind: 'edited',
    by,
    // Numbers and ids may stand in history; words may not.
    data: {
      fields: changed,
      ...(changed.includes('amount') ? { amount: { from: row.amount, to: next.amount } } : {}),
      ...(changed.includes('owner') ? { owner: { from: row.owner, to: next.owner } } : {}),
      ...(changed.includes('expectedClose')
        ? { expectedClose: { from: row.expectedClose, to: next.expectedClose } }
        : {}),
    },
  })
}
