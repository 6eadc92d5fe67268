import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { intentBase } from '../scoring/intent.ts'
import { breadthOf, dayPlus, firstDay, scoreOf, stageLadder } from './standing.ts'
import { announceSurges } from './surge.ts'

interface Sum {
  id: string
  people: number
  active: number
  surging: number
  rank: number | null
  top: number | null
  topLead: string | null
  hottest: number | null
  owner: string | null
  lastActive: string | null
  firstActive: string | null
  name: string | null
  open: number
  amount: number
}

/**
 * The account's whole family for each root given, and everybody in it who speaks for himself. A total is counted as the lead's
 * own page counts it: half of the fit and half of the intent of today.
 */
const statement = `
  WITH RECURSIVE fam AS (
    SELECT id AS root, id, 0 AS hops FROM unnest($1::uuid[]) AS id
    UNION ALL SELECT f.root, a.id, f.hops + 1 FROM fam f JOIN accounts a ON a.merged_into = f.id WHERE f.hops < 32),
  members AS (
    SELECT f.root, l.id, l.company, l.owner, p.active_on, array_position($2::text[], l.stage) AS rank, coalesce(s.fit, 50) AS fit,
      CASE WHEN coalesce(s.s, 0) <= 0 THEN 0 ELSE round((power(2::float8, greatest(-40, least(30, s.s - $3::float8))) * 1000)::numeric) / 1000 END AS points
    FROM fam f JOIN account_people p ON p.account_id = f.id JOIN leads l ON l.id = p.lead_id AND l.merged_into IS NULL LEFT JOIN scores s ON s.lead_id = l.id),
  counted AS (SELECT m.*, floor((fit + least(100, floor(points + 0.5))) / 2.0 + 0.5)::int AS total FROM members m),
  sums AS (
    SELECT root, count(*)::int AS people, count(*) FILTER (WHERE active_on >= $4)::int AS active, count(*) FILTER (WHERE active_on >= $5)::int AS surging,
      max(rank) AS rank, max(total) AS top, (array_agg(id ORDER BY total DESC, id))[1] AS top_lead, max(points)::float8 AS hottest,
      (array_agg(owner ORDER BY rank DESC, total DESC, id) FILTER (WHERE owner IS NOT NULL))[1] AS owner,
      to_char(max(active_on), 'YYYY-MM-DD') AS last_active, to_char(min(active_on) FILTER (WHERE active_on >= $4), 'YYYY-MM-DD') AS first_active
    FROM counted GROUP BY root),
  named AS (
    SELECT DISTINCT ON (root) root, company FROM (SELECT root, company, count(*) AS times FROM members WHERE company IS NOT NULL GROUP BY root, company) c
    ORDER BY root, times DESC, length(company) DESC, company),
  deals AS (
    SELECT f.root, count(*)::int AS open, sum(coalesce(o.amount, 0))::bigint AS amount FROM fam f JOIN opportunities o ON o.account_id = f.id AND o.state = 'open' GROUP BY f.root)
  SELECT a.id, coalesce(s.people, 0) AS people, coalesce(s.active, 0) AS active, coalesce(s.surging, 0) AS surging, s.rank, s.top, s.top_lead AS "topLead", s.hottest,
    s.owner, s.last_active AS "lastActive", s.first_active AS "firstActive", n.company AS name, coalesce(d.open, 0) AS open, coalesce(d.amount, 0) AS amount
  FROM unnest($1::uuid[]) AS a(id) LEFT JOIN sums s ON s.root = a.id LEFT JOIN named n ON n.root = a.id LEFT JOIN deals d ON d.root = a.id`

/**
 * Counts accounts anew from their people and deals, and says when their numbers may change by waiting alone. Aliases answer as
 * the account that speaks for them. The caller holds the accounts' lock.
 */
export async function rollUp(tx: Transaction, house: House, accountIds: Iterable<string>): Promise<void> {
  const asked = [...new Set(accountIds)].sort()
  if (asked.length === 0) return
  const roots = await tx.query<{ id: string }>(
    'SELECT DISTINCT account_root(id) AS id FROM unnest($1::uuid[]) AS id ORDER BY 1',
    [asked],
  )
  const { playbook, calendar } = await house.playbook.current()
  const { breadth, surge, opportunity } = playbook.accounts
  const now = house.clock.now()
  const today = calendar.dayOf(now)
  const ladder = stageLadder(playbook)
  const sums = await tx.query<Sum>(statement, [
    roots.map(({ id }) => id),
    ladder,
    intentBase(today, playbook.score),
    firstDay(house, calendar, breadth.within),
    firstDay(house, calendar, surge.within),
  ])
  const activeDays = Math.round(Date.parse(today) - Date.parse(firstDay(house, calendar, breadth.within))) / 864e5
  const rows = sums.map((sum) => {
    const dealRank = sum.open > 0 && opportunity.stage ? ladder.indexOf(opportunity.stage) + 1 : 0
    const rank = Math.max(sum.rank ?? 0, dealRank)
    const top = sum.top ?? 0
    const wide = breadthOf(sum.active, playbook.accounts)
    // What a person's intent is worth falls at midnight; who was active long enough ago counts no more.
    const changes =
      (sum.hottest && sum.hottest >= 0.01) || sum.surging > 0
        ? dayPlus(today, 1)
        : sum.firstActive && dayPlus(sum.firstActive, activeDays + 1)
    return {
      ...sum,
      stage: ladder[rank - 1] ?? null,
      top,
      wide,
      score: scoreOf(top, wide),
      dueAt: changes ? calendar.dayStart(changes) : null,
    }
  })
  const surging = await tx.query<{ id: string; isNew: boolean }>(
    `UPDATE accounts a SET stage = t.stage, score = t.score, top_score = t.top, breadth = t.wide, top_lead = t.lead, people = t.people, active_people = t.active,
       surging_people = t.surging, surge_at = CASE WHEN t.surging >= $15 THEN coalesce(a.surge_at, $16) END, last_active_on = t.last,
       owner = CASE WHEN a.owner_by IS NULL THEN t.owner ELSE a.owner END, name = CASE WHEN a.name_by IS NULL THEN coalesce(t.name, a.name) ELSE a.name END,
       open_opportunities = t.open, open_amount = t.amount, due_at = t.due, updated_at = $16
     FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::uuid[], $7::int[], $8::int[], $9::int[], $10::date[], $11::text[], $12::int[], $13::bigint[], $14::timestamptz[], $17::text[])
       AS t(id, stage, score, top, wide, lead, people, active, surging, last, owner, open, amount, due, name)
     JOIN accounts was USING (id) WHERE a.id = t.id RETURNING a.id, was.surge_at IS NULL AND a.surge_at IS NOT NULL AS "isNew"`,
    [
      rows.map(({ id }) => id),
      rows.map(({ stage }) => stage),
      rows.map(({ score }) => score),
      rows.map(({ top }) => top),
      rows.map(({ wide }) => wide),
      rows.map(({ topLead }) => topLead),
      rows.map(({ people }) => people),
      rows.map(({ active }) => active),
      rows.map(({ surging }) => surging),
      rows.map(({ lastActive }) => lastActive),
      rows.map(({ owner }) => owner),
      rows.map(({ open }) => open),
      rows.map(({ amount }) => amount),
      rows.map(({ dueAt }) => dueAt),
      surge.people,
      now,
      rows.map(({ name }) => name),
    ],
  )
  await announceSurges(
    tx,
    house,
    surging.filter(({ isNew }) => isNew).map(({ id }) => id),
  )
}
