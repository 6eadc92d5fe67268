import type { House } from '../house.ts'
import { addNote } from '../leads/add-note.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { readReacher } from '../leads/reach.ts'
import { type LeadView, readLeads } from '../leads/read.ts'
import { staffName } from '../leads/staff-name.ts'
import { putTags } from '../leads/tags.ts'
import { pickContent, type Suggestion } from '../messages/pick.ts'
import { summarise } from '../model/summarise.ts'
import { sayAbsent } from '../transfers/absence.ts'
import type { Card } from './card.ts'
import { dayCard, type Pages } from './day-card.ts'
import { findByWords } from './find-by-words.ts'
import { pagesOf, readDay } from './read-day.ts'
import { findStandIn, type StandIn } from './stand-in.ts'

/** What a member may ask the app for: his own leads, his day, his absence. Each answer keeps to what is within his reach. */
export interface Colleague extends Pages {
  userid: string
  roles: readonly string[]
  /** Leads by name, company, title or a whole mobile, else by how a name sounds; newest first, six at most. */
  find(words: string): Promise<LeadView[]>
  /** What waits for him now, as a card. */
  day(): Promise<Card>
  /** The review queue as it stands; the first few with why they wait. */
  waiting(): Promise<{ count: number; late: number; first: WaitingLine[] }>
  suggest(leadId: string): Promise<Suggestion[]>
  /** Writes a note on a lead; it counts as following him up. Once, however often the words are heard. */
  record(leadId: string, text: string): Promise<void>
  /** Whom words like 到周三，韩梅梅 name at their end, of those who are at work, and what stands before the name. */
  standIn(words: string): Promise<{ before: string; people: StandIn[] }>
  /** What the language model makes of what happened with a lead; a draft. */
  summarise(leadId: string): ReturnType<typeof summarise>
  /** Puts tags on by name: those of the playbook, but never a stage's. */
  tag(leadId: string, names: readonly string[]): Promise<{ put: string[]; unknown: string[]; known: string[] }>
  /**
   * From now on, until then, nothing new is offered to him; null: he is back. Whoever stands in looks after his customers meanwhile;
   * absent: whoever was named before, if anybody.
   */
  away(until: Date | null, standIn?: StandIn): Promise<{ standIn: string | null }>
  now(): Date
  /** The business day of a moment, and the first moment of a day, `YYYY-MM-DD`. */
  dayOf(at: Date): string
  dayStart(day: string): Date
  /** A moment as people of the house write it. */
  sayTime(at: Date): string
  stageName(id: string): string
}

export interface WaitingLine {
  leadId: string
  name: string
  company: string | null
  dueAt: Date
  why: string
}

/** @returns null when he is not one of us, or not any more */
export async function colleagueOf(house: House, userid: string, key: string): Promise<Colleague | null> {
  const me = await readReacher(house.db, userid)
  if (!me?.userid) return null
  const mine = me.userid
  const { playbook, calendar } = await house.playbook.current()
  const pages = pagesOf(house)
  return {
    userid: mine,
    roles: me.roles,
    find: async (words) => readLeads(house, await findByWords(house, me, words)),
    day: async () => dayCard(await readDay(house, me, mine), { ...pages, userid: mine }),
    async waiting() {
      const now = house.clock.now()
      const [[count], first] = await Promise.all([
        house.db.query<{ count: number; late: number }>(
          'SELECT count(*)::int AS count, count(*) FILTER (WHERE due_at <= $1)::int AS late FROM review_queue',
          [now],
        ),
        house.db.query<WaitingLine>(
          `SELECT q.lead_id AS "leadId", l.name, l.company, q.due_at AS "dueAt", coalesce(q.why -> 0 ->> 'text', '') AS why
           FROM review_queue q JOIN leads l ON l.id = q.lead_id ORDER BY q.hand_raised DESC, q.due_at, q.s DESC, q.lead_id LIMIT 5`,
        ),
      ])
      return { count: count?.count ?? 0, late: count?.late ?? 0, first }
    },
    suggest: (leadId) => pickContent(house.db, house, leadId, { limit: 5 }),
    record: (leadId, text) => addNote(house, { leadId, by: mine, text, key }),
    standIn: (words) => findStandIn(house, mine, words),
    summarise: (leadId) => summarise(house, leadId),
    async tag(leadId, names) {
      const tags = playbook.tagGroups
        .filter(({ name }) => name !== playbook.stageTagGroup)
        .flatMap((group) => group.tags.map((name) => ({ group: group.name, name })))
      const put = tags.filter(({ name }) => names.includes(name))
      const changes = put.map((one) => ({ leadId, ...one, by: mine }))
      await house.db.transaction((tx) => putTags(tx, house, changes))
      const known = tags.map(({ name }) => name)
      return { put: put.map(({ name }) => name), unknown: names.filter((name) => !known.includes(name)), known }
    },
    away: (until, standIn) =>
      house.db.transaction(async (tx) => {
        // Said before he came back and heard again after it, it does not send him away anew.
        if (await isFirstTime(tx, `${key}:away`, house.clock.now()))
          await sayAbsent(tx, house, { userid: mine, until, cover: standIn?.userid })
        const [me] = await tx.query<{ cover: string | null }>('SELECT cover FROM staff WHERE userid = $1', [mine])
        return { standIn: me?.cover ? await staffName(tx, me.cover) : null }
      }),
    now: () => house.clock.now(),
    dayOf: (at) => calendar.dayOf(at),
    dayStart: (day) => calendar.dayStart(day),
    sayTime: (at) => calendar.say(at),
    stageName: (id) => playbook.stages[id]?.name ?? id,
    ...pages,
  }
}
