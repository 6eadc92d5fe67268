import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { leadsWithin, type Reacher } from '../leads/reach.ts'

/** What somebody owes a lead: an answer to an offer, a first contact, a verdict, a follow-up. */
export const dueKinds = ['offer', 'contact', 'review', 'follow-up'] as const
export type DueKind = (typeof dueKinds)[number]

/** One promise with its clock. */
export interface Due {
  /** Names it among all; the same while it is owed. */
  key: string
  kind: DueKind
  leadId: string
  name: string
  company: string | null
  stage: string
  /** Whose it is; null: a review nobody has claimed. */
  userid: string | null
  /** The rule an offer came by. */
  rule: string | null
  since: Date
  dueAt: Date
  /** How many of its steps were told already: from two on, the manager knows. */
  warned: number
}

/** Where a page ended. */
export type DueAfter = { at: string; key: string } | null

/**
 * What is owed to leads within somebody's reach, the soonest first, late ones included; one page. Each kind is read by the
 * index its own watch uses, as far as the page goes.
 */
export async function readDue(
  house: House,
  reacher: Reacher,
  { kind, after, limit }: { kind?: DueKind | undefined; after: DueAfter; limit: number },
): Promise<(Due & { at: string })[]> {
  const { playbook } = await house.playbook.current()
  const { remind, manager, recycle } = playbook.sla.followUp
  const values: unknown[] = [after?.at ?? null, after?.key ?? null, limit]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const scope = leadsWithin(reacher, values.length + 1)
  values.push(...scope.values)
  const lead = `l.name, l.company, l.stage`
  const page = (due: string, key: string) =>
    `($1::timestamptz IS NULL OR ${due} >= $1::timestamptz AND (${due}, ${key}) > ($1::timestamptz, $2::text)) AND ${scope.sql} ORDER BY ${due}, ${key} LIMIT $3`
  const steps = [remind, manager, recycle].map((step, told) => ({ span: `${milliseconds(step)} milliseconds`, told }))
  const branches: Record<DueKind, () => string[]> = {
    offer: () => [
      `SELECT 'offer:' || o.id, 'offer', l.id, ${lead}, o.userid, o.rule, o.offered_at, o.due_at, 0
       FROM offers o JOIN leads l ON l.id = o.lead_id WHERE o.state = 'open' AND ${page('o.due_at', "'offer:' || o.id")}`,
    ],
    contact: () => [
      `SELECT 'contact:' || o.id, 'contact', l.id, ${lead}, o.userid, o.rule, o.answered_at, o.first_contact_due, o.warned
       FROM offers o JOIN leads l ON l.id = o.lead_id AND l.owner = o.userid
       WHERE o.state = 'accepted' AND o.first_contact_at IS NULL AND o.first_contact_due IS NOT NULL AND ${page('o.first_contact_due', "'contact:' || o.id")}`,
    ],
    review: () => [
      `SELECT 'review:' || q.lead_id, 'review', l.id, ${lead}, CASE WHEN q.claimed_until > ${bind(house.clock.now())} THEN q.claimed_by END, NULL, q.queued_at, q.due_at, q.warned
       FROM review_queue q JOIN leads l ON l.id = q.lead_id WHERE ${page('q.due_at', "'review:' || q.lead_id")}`,
    ],
    'follow-up': () =>
      steps.map(({ span, told }) => {
        const due = `f.touched_at + ${bind(span)}::interval`
        return `SELECT 'follow-up:' || f.lead_id, 'follow-up', l.id, ${lead}, l.owner, NULL, f.touched_at, ${due}, f.told
       FROM follow_ups f JOIN leads l ON l.id = f.lead_id
       WHERE f.told = ${told} AND l.merged_into IS NULL AND l.desk = 'sales' AND l.owner IS NOT NULL AND ${page(due, "'follow-up:' || f.lead_id")}`
      }),
  }
  const wanted = kind === undefined ? dueKinds.flatMap((one) => branches[one]()) : branches[kind]()
  return house.db.query<Due & { at: string }>(
    `SELECT *, "dueAt"::text AS at FROM (${wanted.map((branch) => `(${branch})`).join(' UNION ALL ')})
       AS owed(key, kind, "leadId", name, company, stage, userid, rule, since, "dueAt", warned) ORDER BY "dueAt", key LIMIT $3`,
    values,
  )
}

/** A lead at no rep's: it waits for a manager's hand. */
export interface Unplaced {
  leadId: string
  name: string
  company: string | null
  stage: string
  desk: string
  since: Date
  handRaised: boolean
  /** Why nobody could take it, person by person, where that is known. */
  note: string | null
  /** Offers that were declined or lapsed since it came here. */
  passed: number
}

/** Leads nobody could take: at the sales desk without a holder, or sent to review for it; who waited longest first. */
export async function readUnplaced(
  house: House,
  reacher: Reacher,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(Unplaced & { at: string })[]> {
  const scope = leadsWithin(reacher, 4)
  const lead = 'l.id AS "leadId", l.name, l.company, l.stage, l.desk'
  const page = (since: string) =>
    `($1::timestamptz IS NULL OR ${since} >= $1::timestamptz AND (${since}, l.id) > ($1::timestamptz, $2::uuid)) AND ${scope.sql} ORDER BY ${since}, l.id LIMIT $3`
  return house.db.query<Unplaced & { at: string }>(
    `SELECT u.*, u.since::text AS at,
       (SELECT count(*) FROM offers o JOIN leads l ON l.id = o.lead_id
        WHERE o.lead_id = u."leadId" AND o.state IN ('declined', 'lapsed') AND o.offered_at >= u.since - interval '30 days') AS passed
     FROM (
       (SELECT ${lead}, l.stage_at AS since, false AS "handRaised", NULL AS note FROM leads l
        WHERE l.desk = 'sales' AND l.owner IS NULL AND l.merged_into IS NULL
          AND NOT EXISTS (SELECT FROM offers o WHERE o.lead_id = l.id AND o.state = 'open')
          AND NOT EXISTS (SELECT FROM verdicts v WHERE v.lead_id = l.id AND v.state = 'held') AND ${page('l.stage_at')})
       UNION ALL
       (SELECT ${lead}, q.queued_at, q.hand_raised, (SELECT w ->> 'text' FROM jsonb_array_elements(q.why) w WHERE w ->> 'rule' = 'unplaced' LIMIT 1)
        FROM review_queue q JOIN leads l ON l.id = q.lead_id WHERE q.why @> '[{"rule": "unplaced"}]' AND ${page('q.queued_at')})
     ) u ORDER BY u.since, u."leadId" LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit, ...scope.values],
  )
}
