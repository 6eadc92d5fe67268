import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { LeadRow } from '../leads/lock.ts'
import { tellRoles } from '../messages/tell.ts'
import type { Rules } from '../playbook/keep.ts'
import { callPeople } from './call-people.ts'
import { choosePerson } from './choose.ts'
import { sayWhen } from './say-when.ts'

/** What a customer may be told: who answers, and by when. */
export interface Promised {
  /** null: not known yet who. */
  name: string | null
  /** `15 分钟内`, `明天 9:30 前` */
  due: string
  /** Within working hours, so at once. */
  soon: boolean
  /** It had been promised before. */
  again: boolean
}

export interface Wish {
  /** Of the words that ask for somebody. */
  key: string
  why: string
  words: string
  openKfId: string | null
  externalUserId: string | null
  /** Whoever leads hears at once. */
  pressing?: boolean
  /** Words whoever answers may use, and what they were made from. */
  draft?: { text: string; sources: readonly string[] } | null
}

/** Longest that is kept of what a customer goes on saying. */
const mostWords = 600

/**
 * Promises that a person will answer. One promise is open for a lead at a time: who asks again is told the same again. The
 * caller holds the lead's lock.
 */
export async function makePromise(tx: Transaction, house: House, lead: LeadRow, wish: Wish): Promise<Promised> {
  const rules = await house.playbook.current()
  const now = house.clock.now()
  const soon = rules.calendar.isWorking(now)
  const [open] = await tx.query<{ id: string; userid: string | null; dueAt: Date; key: string }>(
    `SELECT id, key, userid, due_at AS "dueAt" FROM promises WHERE key = $2 OR state = 'open' AND lead_id IN (SELECT lead_family($1)) ORDER BY key = $2 DESC LIMIT 1`,
    [lead.id, wish.key],
  )
  if (open) {
    if (open.key !== wish.key) await addWords(tx, open.id, wish.words)
    if (wish.pressing)
      await tellLeader(tx, house, { key: `${wish.key}:pressing`, leadId: lead.id, userid: open.userid, why: wish.why })
    const due = open.dueAt > now ? sayWhen(rules.calendar, open.dueAt, now) : '尽快'
    return { name: await nameOf(tx, open.userid), due, soon, again: open.key !== wish.key }
  }
  const person = await choosePerson(tx, lead, wish.openKfId, now)
  const { dueAt, startsAt } = dueOf(rules, now)
  const id = newId(house.clock)
  const warn = milliseconds(rules.playbook.bot.human.warn)
  await tx.query(
    `INSERT INTO promises (id, key, lead_id, userid, why, words, open_kfid, external_userid, made_at, due_at, move_at, look_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      wish.key,
      lead.id,
      person?.userid ?? null,
      wish.why,
      wish.words.slice(0, mostWords),
      wish.openKfId,
      wish.externalUserId,
      now,
      dueAt,
      wish.openKfId && wish.externalUserId ? startsAt : null,
      new Date(Math.max(now.getTime(), dueAt.getTime() - warn)),
    ],
  )
  await callPeople(tx, house, {
    id,
    leadId: lead.id,
    userid: person?.userid ?? null,
    why: wish.why,
    words: wish.words,
    openKfId: wish.openKfId,
    dueAt,
  })
  if (wish.pressing)
    await tellLeader(tx, house, {
      key: `${wish.key}:pressing`,
      leadId: lead.id,
      userid: person?.userid ?? null,
      why: wish.why,
    })
  if (wish.draft)
    await tellRoles(tx, house, person ? [] : ['mdr'], {
      key: `draft:${id}`,
      words: 'human-draft',
      leadId: lead.id,
      urgent: true,
      userids: person ? [person.userid] : [],
      variables: { draft: wish.draft.text, sources: wish.draft.sources.join('、') },
    })
  tx.afterCommit(() => house.wake.up('move-conversations'))
  return { name: person?.name ?? null, due: sayWhen(rules.calendar, dueAt, now), soon, again: false }
}

/** What a customer goes on saying while he waits is there when he is answered. */
async function addWords(tx: Transaction, id: string, words: string): Promise<void> {
  await tx.query("UPDATE promises SET words = right(words || E'\\n' || $2, $3) WHERE id = $1", [id, words, mostWords])
}

/** By when, and from when on somebody is there. */
function dueOf({ playbook, calendar }: Rules, now: Date): { dueAt: Date; startsAt: Date } {
  const { within, afterOpening } = playbook.bot.human
  if (calendar.isWorking(now)) return { dueAt: calendar.addWorking(now, milliseconds(within)), startsAt: now }
  const dueAt = calendar.addWorking(now, milliseconds(afterOpening))
  // A millisecond of work is done just after work begins.
  return { dueAt, startsAt: calendar.addWorking(now, 1) }
}

/** Whoever leads the one who was to answer, else all who lead. */
export async function tellLeader(
  tx: Transaction,
  house: House,
  { key, leadId, userid, why }: { key: string; leadId: string; userid: string | null; why: string },
): Promise<void> {
  const [leader] = await tx.query<{ userid: string }>(
    'SELECT m.userid FROM staff s JOIN staff m ON lower(m.userid) = lower(s.manager) AND m.active WHERE lower(s.userid) = lower($1)',
    [userid],
  )
  const notice = { key, words: 'escalation', leadId, urgent: true, variables: { reason: why } }
  await tellRoles(tx, house, leader ? [] : ['manager', 'admin'], { ...notice, userids: leader ? [leader.userid] : [] })
}

async function nameOf(tx: Transaction, userid: string | null): Promise<string | null> {
  const [person] = await tx.query<{ name: string }>(
    "SELECT coalesce(nullif(name, ''), userid) AS name FROM staff WHERE lower(userid) = lower($1)",
    [userid],
  )
  return person?.name ?? null
}
