import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { readFacts } from '../messages/facts.ts'
import { pickForEach, type Suggestion } from '../messages/pick.ts'
import { mayNotEnter, mayNotReturn, type Refusal, readBefore, refusalWords } from './enrol.ts'
import { type LeadNow, readJourneyFacts } from './facts.ts'
import { allSteps } from './path.ts'
import { type Actor, type Rehearsed, rehearse } from './rehearse.ts'
import type { Journey, Send } from './schema.ts'

const dayMs = 86_400_000
export const mostLeads = 500

export interface DryRun {
  from: Date
  days: number
  /** Leads that were looked at. */
  asked: number
  /** There were more than are looked at in one go. */
  more: boolean
  entered: number
  refused: { id: string; message: string; count: number }[]
  steps: { step: string; name: string | null; reached: number; outcomes: Record<string, number> }[]
  sends: number
  /** Sends that quiet hours or a cap put off, and those a cap forbade in the end: the journey asks for more than people are to get. */
  putOff: Record<string, number>
  capConflicts: number
  /** Sends by business day. */
  byDay: { day: string; sends: number }[]
  /** How many ended how; `still`: on their way when the time was over. */
  ends: Record<string, number>
  /** What each of the first few would meet, in order of time. */
  calendars: Calendar[]
}

export interface Calendar {
  leadId: string
  name: string
  company: string | null
  /** How it ended; null: he was still on his way. */
  end: string | null
  lines: { step: string; outcome: string; at: Date; content: string | null; putOffBy: string[] }[]
}

/**
 * What a journey would do to these leads over the next days, if they did nothing meanwhile: who enters, what each step comes to,
 * what the cadence rules put off or forbid. Nothing is written and nothing is sent.
 * @param leadIds `all`: everybody who stands where the journey begins, up to 500
 */
export async function dryRun(
  house: House,
  journey: Journey,
  asked: { leadIds: readonly string[] | 'all'; days: number; show?: number | undefined },
): Promise<DryRun> {
  return house.db.transaction(async (tx) => {
    // One moment's picture, and the database itself refuses whatever would change it.
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    return play(tx, house, journey, asked)
  })
}

async function play(
  db: Sql,
  house: House,
  journey: Journey,
  { leadIds, days, show = 0 }: { leadIds: readonly string[] | 'all'; days: number; show?: number | undefined },
): Promise<DryRun> {
  const rules = await house.playbook.current()
  const from = house.clock.now()
  const found = leadIds === 'all' ? await standingAt(db, journey) : [...new Set(leadIds)]
  const ids = found.slice(0, mostLeads)
  const facts = await readJourneyFacts(db, house, ids, [journey], from)
  const before = await readBefore(db, journey.id, ids)
  const refused = new Map<Refusal, number>()
  const entering: [string, LeadNow][] = []
  for (const id of ids) {
    const lead = facts.get(id)
    const asked = { body: journey, paused: false }
    const why = lead
      ? (mayNotEnter(asked, lead, { chosen: true }, from) ??
        mayNotReturn(asked, before.get(id), { by: 'dry-run' }, from))
      : 'lead_unknown'
    if (why) refused.set(why, (refused.get(why) ?? 0) + 1)
    else if (lead) entering.push([id, lead])
  }
  const actors = await makeActors(db, house, entering, from)
  const until = new Date(from.getTime() + days * dayMs)
  const played = await rehearse(house, rules, journey, actors, await readWords(db), { from, until })
  const putOff: Record<string, number> = {}
  for (const { putOffBy } of played.sends) for (const id of new Set(putOffBy)) putOff[id] = (putOff[id] ?? 0) + 1
  const byDay = countBy(played.sends, ({ at }) => rules.calendar.dayOf(at))
  const forbidden = played.lines.filter(({ outcome }) => outcome === 'refused:cap').length
  return {
    from,
    days,
    asked: ids.length,
    more: found.length > mostLeads,
    entered: entering.length,
    refused: [...refused].map(([id, count]) => ({ id, message: refusalWords[id], count })),
    steps: allSteps(journey).map(({ path, step }) => {
      const lines = played.lines.filter((line) => line.step === path)
      const outcomes = Object.fromEntries(countBy(lines, ({ outcome }) => outcome))
      return { step: path, name: step.name ?? null, reached: lines.length, outcomes }
    }),
    sends: played.sends.length,
    putOff,
    capConflicts: (putOff.cap ?? 0) + forbidden,
    byDay: [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sends]) => ({ day, sends })),
    ends: {
      ...Object.fromEntries(countBy([...played.ends.values()], (why) => why)),
      still: entering.length - played.ends.size,
    },
    calendars: await calendarsOf(
      db,
      played,
      entering.slice(0, show).map(([id]) => id),
    ),
  }
}

async function calendarsOf(db: Sql, { lines, sends, ends }: Rehearsed, ids: readonly string[]): Promise<Calendar[]> {
  const leads = await db.query<{ leadId: string; name: string; company: string | null }>(
    `SELECT l.id AS "leadId", l.name, l.company FROM unnest($1::uuid[]) WITH ORDINALITY AS a(id, place) JOIN leads l ON l.id = a.id ORDER BY a.place`,
    [ids],
  )
  return leads.map((lead) => ({
    ...lead,
    end: ends.get(lead.leadId) ?? null,
    lines: lines
      .filter(({ leadId }) => leadId === lead.leadId)
      .map(({ step, outcome, at }) => {
        // A step is taken once; what it sends may go later than it is taken.
        const sent = sends.find((one) => one.leadId === lead.leadId && one.step === step)
        return { step, outcome, at: sent?.at ?? at, content: sent?.contentId ?? null, putOffBy: sent?.putOffBy ?? [] }
      }),
  }))
}

async function standingAt(db: Sql, { trigger }: Journey): Promise<string[]> {
  const stage = 'stage' in trigger ? (trigger.stage ?? null) : null
  const desk = 'desk' in trigger ? (trigger.desk ?? null) : null
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM leads WHERE merged_into IS NULL AND ($1::text IS NULL OR stage = $1) AND ($2::text IS NULL OR desk = $2)
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [stage, desk, mostLeads + 1],
  )
  return rows.map(({ id }) => id)
}

async function makeActors(db: Sql, house: House, entering: readonly [string, LeadNow][], now: Date): Promise<Actor[]> {
  const ids = entering.map(([id]) => id)
  const reaches = await readFacts(db, ids, now)
  const sent = await db.query<{ leadId: string; contentId: string }>(
    `SELECT DISTINCT r.id AS "leadId", m.content_id AS "contentId" FROM unnest($1::uuid[]) AS r(id) CROSS JOIN LATERAL lead_family(r.id) AS f(id)
     JOIN messages m ON m.lead_id = f.id WHERE m.purpose = 'marketing' AND m.content_id IS NOT NULL AND m.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown')`,
    [ids],
  )
  // What is asked for once is read for everybody.
  const known = new Map<string, Promise<Map<string, Suggestion[]>>>()
  const pick = (what: Send): Promise<Map<string, Suggestion[]>> => {
    const key = JSON.stringify(what)
    const picked =
      known.get(key) ??
      pickForEach(db, house, ids, { limit: 500, ...('pick' in what ? { need: what.need, kind: what.kind } : {}) })
    known.set(key, picked)
    return picked
  }
  const seen = new Map(ids.map((id) => [id, new Set<string>()]))
  for (const { leadId, contentId } of sent) seen.get(leadId)?.add(contentId)
  return entering.flatMap(([leadId, facts]) => {
    const reach = reaches.get(leadId)
    if (!reach) return []
    const pieces = async (what: Send) => (await pick(what)).get(leadId)?.map(({ contentId }) => contentId) ?? []
    return [{ leadId, facts, reach, pieces, seen: seen.get(leadId) ?? new Set<string>() }]
  })
}

/** What pieces say, for the words that never reach a customer. */
async function readWords(db: Sql): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; text: string }>(
    `SELECT id, CASE WHEN say <> '' THEN say ELSE body END AS text FROM content WHERE current AND kind <> 'words'`,
  )
  return new Map(rows.map(({ id, text }) => [id, text]))
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}
