import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { keyOf } from '../inbox/rows.ts'
import { markEvents } from '../journeys/marks.ts'
import { crossesAt } from '../scoring/grade.ts'
import { sumIntent } from '../scoring/intent.ts'
import { familyOf } from './family.ts'
import { record } from './record.ts'

/** Something a lead did. */
export interface Behaviour {
  leadId: string
  /** A type of the playbook's; unknown types are kept on the timeline and weigh nothing. */
  type: string
  at: Date
  actor?: string | undefined
  data?: Record<string, unknown> | undefined
  /** What makes this event this one; the same key again changes nothing, however late. */
  key: string
}

/**
 * Keeps what leads did: a line on the timeline and, where the playbook weighs the type, the score. S is summed anew from the
 * lead's days in day order, so late, repeated and reordered events end in the same number (Cormode et al., 2009).
 * @returns the leads whose score or hand-raise changed; they deserve a look (`considerReview`).
 */
export async function noteEvents(
  tx: Transaction,
  house: House,
  events: readonly Behaviour[],
): Promise<{ leadId: string }[]> {
  if (events.length === 0) return []
  const { version, playbook, calendar } = await house.playbook.current()
  const keyed = [
    ...new Map(events.map((event) => [keyOf('behaviour', event.key).toString('base64'), event])).entries(),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  const now = house.clock.now()
  const fresh = await tx.query<{ key: Buffer }>(
    'INSERT INTO seen (key, at) SELECT key, $2 FROM unnest($1::bytea[]) AS key ON CONFLICT DO NOTHING RETURNING key',
    [keyed.map(([key]) => Buffer.from(key, 'base64')), now],
  )
  const isFresh = new Set(fresh.map((row) => row.key.toString('base64')))
  const news = keyed.filter(([key]) => isFresh.has(key)).map(([, event]) => event)
  if (news.length === 0) return []
  await record(
    tx,
    news.map((event) => ({
      leadId: event.leadId,
      at: event.at,
      kind: `event:${event.type}`,
      actor: event.actor,
      data: event.data,
      key: event.key,
    })),
  )
  await markEvents(tx, house, news)
  const weighed = news.filter((event) => Object.hasOwn(playbook.score.events, event.type))
  if (weighed.length === 0) return []
  const days = new Map<string, { leadId: string; type: string; day: string; events: number; weight: number }>()
  for (const event of weighed) {
    const day = calendar.dayOf(event.at)
    const key = `${event.leadId}\0${event.type}\0${day}`
    const sum = days.get(key) ?? { leadId: event.leadId, type: event.type, day, events: 0, weight: 0 }
    sum.events++
    sum.weight += playbook.score.events[event.type]?.weight ?? 0
    days.set(key, sum)
  }
  const all = [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  const leadIds = [...new Set(all.map((sum) => sum.leadId))].sort()
  // The score row is the lock of its lead's score: whoever sums after another has all of his days.
  await tx.query(
    `INSERT INTO scores (lead_id, rules, updated_at) SELECT id, $2, $3 FROM unnest($1::uuid[]) AS id ON CONFLICT (lead_id) DO NOTHING`,
    [leadIds, version, now],
  )
  await tx.query('SELECT 1 FROM scores WHERE lead_id = ANY($1) ORDER BY lead_id FOR UPDATE', [leadIds])
  const { roots, blocked } = await rootsOf(tx, leadIds)
  // What people on the block list do is on their timeline, and weighs nothing.
  const sorted = all.filter((sum) => !blocked.has(sum.leadId))
  await tx.query(
    `INSERT INTO score_days AS d (lead_id, type, day, events, weight) SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::int[], $5::int[])
     ON CONFLICT (lead_id, type, day) DO UPDATE SET events = d.events + excluded.events, weight = d.weight + excluded.weight`,
    [
      sorted.map((sum) => sum.leadId),
      sorted.map((sum) => sum.type),
      sorted.map((sum) => sum.day),
      sorted.map((sum) => sum.events),
      sorted.map((sum) => sum.weight),
    ],
  )
  const raised = new Map<string, Date>()
  for (const event of weighed) {
    if (!playbook.score.events[event.type]?.handRaise || blocked.has(event.leadId)) continue
    const root = roots.get(event.leadId) ?? event.leadId
    const before = raised.get(root)
    if (!before || before < event.at) raised.set(root, event.at)
  }
  const touched = [...new Set(sorted.map(({ leadId }) => roots.get(leadId) ?? leadId))].sort()
  await sumScores(tx, house, touched, raised)
  return touched.map((leadId) => ({ leadId }))
}

/** Who speaks for those that were merged, perhaps a moment ago, with their score rows locked too; and who is on the block list. */
async function rootsOf(
  tx: Transaction,
  leadIds: readonly string[],
): Promise<{ roots: Map<string, string>; blocked: Set<string> }> {
  const special = await tx.query<{ id: string; root: string; blocked: boolean; isMerged: boolean }>(
    `SELECT l.id, r.id AS root, r.blocked IS NOT NULL AS blocked, l.merged_into IS NOT NULL AS "isMerged" FROM leads l JOIN leads r ON r.id = lead_root(l.id)
     WHERE l.id = ANY($1) AND (l.merged_into IS NOT NULL OR l.blocked IS NOT NULL)`,
    [leadIds],
  )
  const rows = special.filter(({ isMerged }) => isMerged)
  if (rows.length > 0)
    await tx.query('SELECT 1 FROM scores WHERE lead_id = ANY($1) ORDER BY lead_id FOR UPDATE', [
      rows.map(({ root }) => root),
    ])
  return {
    roots: new Map(rows.map(({ id, root }) => [id, root])),
    blocked: new Set(special.flatMap(({ id, blocked }) => (blocked ? [id] : []))),
  }
}

/** Sums scores anew from the days of each lead and of its aliases, as those of one person. The caller holds the score rows. */
export async function sumScores(
  tx: Transaction,
  house: House,
  leadIds: readonly string[],
  raised: ReadonlyMap<string, Date> = new Map(),
): Promise<void> {
  const { version, playbook, calendar } = await house.playbook.current()
  const family = await familyOf(tx, leadIds)
  const rows = await tx.query<{ leadId: string; fit: number; days: { type: string; day: string; weight: number }[] }>(
    `WITH days AS (
       SELECT f.root, d.type, d.day, sum(d.weight) AS weight FROM unnest($2::uuid[], $3::uuid[]) AS f(root, id)
         JOIN score_days d ON d.lead_id = f.id GROUP BY f.root, d.type, d.day)
     SELECT s.lead_id AS "leadId", s.fit, coalesce(jsonb_agg(jsonb_build_object('type', d.type, 'day', to_char(d.day, 'YYYY-MM-DD'), 'weight', d.weight))
       FILTER (WHERE d.root IS NOT NULL), '[]') AS days
     FROM scores s LEFT JOIN days d ON d.root = s.lead_id WHERE s.lead_id = ANY($1) GROUP BY s.lead_id`,
    [leadIds, family.map(({ root }) => root), family.map(({ id }) => id)],
  )
  const now = house.clock.now()
  const sums = rows.map((row) => {
    const s = sumIntent(row.days, playbook.score)
    return { ...row, s, crosses: crossesAt(s, row.fit, now, playbook, calendar) }
  })
  await tx.query(
    `UPDATE scores SET s = t.s, crosses_at = t.crosses, hand_raise_at = greatest(scores.hand_raise_at, t.raised), rules = $5, updated_at = $6
     FROM unnest($1::uuid[], $2::float8[], $3::timestamptz[], $4::timestamptz[]) AS t(id, s, crosses, raised) WHERE lead_id = t.id`,
    [
      sums.map((sum) => sum.leadId),
      sums.map((sum) => sum.s),
      sums.map((sum) => sum.crosses),
      sums.map((sum) => raised.get(sum.leadId) ?? null),
      version,
      now,
    ],
  )
  await tx.query(
    `UPDATE review_queue q SET s = scores.s FROM scores WHERE scores.lead_id = q.lead_id AND q.lead_id = ANY($1)`,
    [leadIds],
  )
}
