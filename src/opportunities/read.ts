import { accountFamily } from '../accounts/surge.ts'
import { milliseconds } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { missingBetween, stepAfterThis } from './gates.ts'
import { type OpportunityRow, opportunityColumns } from './row.ts'

export interface ChecklistView {
  id: string
  name: string
  required: boolean
  ticked: { by: string; at: string; note: string | null } | null
}
export interface StepView {
  id: string
  name: string
  goal: string
  state: 'done' | 'now' | 'ahead'
  checklist: ChecklistView[]
}

/** A deal as the API shows it. */
export type OpportunityView = Omit<
  OpportunityRow,
  'seq' | 'nextAt' | 'steppedAt' | 'touchedAt' | 'closedAt' | 'createdAt'
> & {
  nextAt: string | null
  steppedAt: string
  touchedAt: string
  closedAt: string | null
  createdAt: string
  steps: StepView[]
  /** What keeps the next gate shut. */
  missing: string[]
  nextStepId: string | null
  people: { leadId: string; name: string; role: string | null; tied: boolean }[]
  isStale: boolean
}

/** Deals of an account, of a lead, or by id; open ones first, the latest first. */
export async function readOpportunities(
  house: House,
  of: { account: string } | { lead: string } | { id: string },
): Promise<OpportunityView[]> {
  const [where, value] =
    'account' in of
      ? [`o.account_id IN (${accountFamily('$1')})`, of.account]
      : 'lead' in of
        ? ['o.id IN (SELECT opportunity_id FROM opportunity_people WHERE lead_id IN (SELECT lead_family($1)))', of.lead]
        : ['o.id = $1', of.id]
  const rows = await house.db.query<OpportunityRow>(
    `SELECT ${opportunityColumns} FROM opportunities o WHERE ${where} ORDER BY o.state = 'open' DESC, o.created_at DESC, o.id LIMIT 50`,
    [value],
  )
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [{ playbook }, ticks, people] = await Promise.all([
    house.playbook.current(),
    house.db.query<{ deal: string; item: string; by: string; at: Date; note: string | null }>(
      'SELECT t.opportunity_id AS deal, t.item, t.by, t.at, n.body AS note FROM opportunity_ticks t LEFT JOIN notes n ON n.id = t.note_id WHERE t.opportunity_id = ANY($1)',
      [ids],
    ),
    house.db.query<{ deal: string; leadId: string; name: string; role: string | null; tied: boolean }>(
      `SELECT p.opportunity_id AS deal, l.id AS "leadId", l.name, coalesce(p.role, a.role) AS role, p.tied FROM opportunity_people p JOIN leads l ON l.id = lead_root(p.lead_id)
         LEFT JOIN account_people a ON a.lead_id = l.id WHERE p.opportunity_id = ANY($1) ORDER BY p.tied DESC, p.at, l.id LIMIT 500`,
      [ids],
    ),
  ])
  const { steps, stale } = playbook.accounts.opportunity
  const staleBefore = new Date(house.clock.now().getTime() - milliseconds(stale))
  return rows.map(({ seq: _, nextAt, steppedAt, touchedAt, closedAt, createdAt, ...row }) => {
    const mine = new Map(ticks.filter(({ deal }) => deal === row.id).map((tick) => [tick.item, tick]))
    const at = steps.findIndex(({ id }) => id === row.step)
    const next = stepAfterThis(steps, row.step)
    return {
      ...row,
      nextAt: nextAt?.toISOString() ?? null,
      steppedAt: steppedAt.toISOString(),
      touchedAt: touchedAt.toISOString(),
      closedAt: closedAt?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
      steps: steps.map(({ id, name, goal, checklist }, place) => ({
        id,
        name,
        goal,
        state: place < at || row.state === 'won' ? 'done' : place === at ? 'now' : 'ahead',
        checklist: checklist.map((item) => {
          const tick = mine.get(item.id)
          return { ...item, ticked: tick ? { by: tick.by, at: tick.at.toISOString(), note: tick.note } : null }
        }),
      })),
      missing: missingBetween(steps, row.step, next, new Set(mine.keys())).map(({ item }) => item),
      nextStepId: next,
      people: people.filter(({ deal }) => deal === row.id).map(({ deal: _deal, ...person }) => person),
      isStale: row.state === 'open' && touchedAt <= staleBefore,
    }
  })
}

export interface OpportunityLine {
  seq: number
  kind: string
  by: string
  at: string
  data: Record<string, unknown>
  words: string | null
}

/** A deal's history, newest first. */
export async function readChanges(
  sql: Sql,
  id: string,
  before: number | null,
  limit: number,
): Promise<OpportunityLine[]> {
  const rows = await sql.query<Omit<OpportunityLine, 'at'> & { at: Date }>(
    `SELECT c.seq, c.kind, c.by, c.at, c.data, n.body AS words FROM opportunity_changes c LEFT JOIN notes n ON n.id = c.note_id
     WHERE c.opportunity_id = $1 AND ($2::int IS NULL OR c.seq < $2) ORDER BY c.seq DESC LIMIT $3`,
    [id, before, limit],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
