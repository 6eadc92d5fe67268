import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { tellRoles } from '../messages/tell.ts'
import { remarkContact } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'
import type { CodePlan } from './plan.ts'
import { descriptionChars, fillRemark, type RemarkValues } from './remark.ts'

interface Newcomer {
  externalUserId: string
  userid: string
  beganAt: Date
  dueAt: Date
  tries: number
  state: string
  /** As WeCom shows it; what differs from the nickname was written by hand. */
  held: string | null
  name: string
  staff: string
  code: string
  plan: CodePlan
  source: { channel?: string; campaign?: string } | null
}

const batch = 50
const leaseMs = 60_000
const againMs = 3_000
/** A profile that cannot be read for so long is not waited for. */
const patienceMs = 600_000
/** Requests that wait for the member's consent are looked at again for so long. */
const halfMs = 7 * 86_400_000

/**
 * What is to be done about people who came a moment ago. Who knows a colleague too: the member he met last hears whom to ask
 * first. Who came through a code: his remark and description are written, once his nickname is known; what a member wrote by hand
 * stays, and a call that is repeated writes the same again. @returns true when there may be more
 */
export async function settleNewcomers(house: House): Promise<boolean> {
  const now = house.clock.now()
  const people = await house.db.query<Newcomer>(
    `WITH due AS (
       UPDATE newcomers SET due_at = $2, tries = tries + 1 WHERE (external_userid, userid) IN (
         SELECT external_userid, userid FROM newcomers WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING *)
     SELECT d.external_userid AS "externalUserId", d.userid, d.began_at AS "beganAt", d.due_at AS "dueAt", d.tries, f.state, f.remark AS held,
       l.name, coalesce(nullif(s.name, ''), d.userid) AS staff, coalesce(c.name, '') AS code, coalesce(c.plan, '{}') AS plan, c.source
     FROM due d LEFT JOIN live_codes c ON c.id = d.code_id JOIN follows f USING (external_userid, userid)
       JOIN leads l ON l.id = lead_root(f.lead_id) LEFT JOIN staff s ON s.userid = d.userid`,
    [now, new Date(now.getTime() + leaseMs), batch],
  )
  for (const person of people) {
    try {
      await tellAcquaintances(house, person)
      await write(house, person)
    } catch (error) {
      await putOff(house, person, error)
    }
  }
  return people.length === batch
}

async function write(house: House, person: Newcomer): Promise<void> {
  const age = house.clock.now().getTime() - person.beganAt.getTime()
  if (person.state === 'half' && age < halfMs && person.plan.remark) return again(house, person, 60_000)
  if (person.state !== 'full' || !(person.plan.remark || person.plan.description)) return done(house, person)
  if (person.name === '' && age < patienceMs) return again(house, person, againMs)
  const { plan } = person
  const values = await valuesOf(house, person)
  const isByHand = person.held !== null && person.held !== '' && person.held !== person.name
  const remark = plan.remark && !isByHand ? fillRemark(plan.remark, values) : ''
  const description = plan.description ? fillRemark(plan.description, values, descriptionChars) : ''
  if (remark || description)
    await remarkContact(house.wecom, {
      userid: person.userid,
      external_userid: person.externalUserId,
      ...(remark ? { remark } : {}),
      ...(description ? { description } : {}),
    })
  await house.db.transaction(async (tx) => {
    if (remark)
      await tx.query('UPDATE follows SET remark = $3 WHERE external_userid = $1 AND userid = $2', [
        person.externalUserId,
        person.userid,
        remark,
      ])
    await done({ db: tx }, person)
  })
}

async function valuesOf(house: House, person: Newcomer): Promise<RemarkValues> {
  const { calendar } = await house.playbook.current()
  return {
    name: person.name,
    channel: person.source?.channel ?? person.code,
    campaign: person.source?.campaign ?? '',
    code: person.code,
    staff: person.staff,
    ...calendar.digits(person.beganAt),
  }
}

async function putOff(house: House, person: Newcomer, error: unknown): Promise<void> {
  const age = house.clock.now().getTime() - person.beganAt.getTime()
  // A relation this young may not have arrived everywhere at WeCom's.
  if (error instanceof GiveUp && !(isErrcode(error, 84061) && age < patienceMs)) {
    house.log.warn({ userid: person.userid, reason: error.reason }, 'WeCom refuses this remark')
    return done(house, person)
  }
  const waitMs = error instanceof RetryLater ? error.afterMs : againMs * Math.min(2 ** person.tries, 100)
  house.log.info({ userid: person.userid, waitMs, err: error }, 'remark will be written later')
  await again(house, person, waitMs)
}

/** Somebody may have come anew meanwhile; his person stays. */
const mine = 'external_userid = $1 AND userid = $2 AND due_at = $3'

async function again(house: House, person: Newcomer, waitMs: number): Promise<void> {
  await house.db.query(`UPDATE newcomers SET due_at = $4 WHERE ${mine}`, [
    person.externalUserId,
    person.userid,
    person.dueAt,
    new Date(house.clock.now().getTime() + waitMs),
  ])
}

async function done({ db }: { db: Pick<House['db'], 'query'> }, person: Newcomer): Promise<void> {
  await db.query(`DELETE FROM newcomers WHERE ${mine}`, [person.externalUserId, person.userid, person.dueAt])
}

/**
 * WeCom lets a code decide whom somebody adds, so one who knows a colleague may end up with another. The lead stays with its
 * owner; whoever came second hears whom to ask before he speaks, once, in whatever order the adds were told. Who was introduced
 * by a hand-over was sent by the one he knows.
 */
async function tellAcquaintances(house: House, { externalUserId }: Newcomer): Promise<void> {
  const seconds = await house.db.query<{ userid: string; at: Date; leadId: string; colleague: string; owns: boolean }>(
    `SELECT DISTINCT ON (f.userid) f.userid, f.started_at AS at, l.id AS "leadId", coalesce(nullif(s.name, ''), o.userid) AS colleague, coalesce(o.userid = l.owner, false) AS owns
     FROM follows f JOIN leads l ON l.id = lead_root(f.lead_id)
       JOIN follows o ON o.lead_id IN (SELECT lead_family(l.id)) AND o.userid <> f.userid AND o.state = 'full' AND (o.started_at, o.userid) < (f.started_at, f.userid)
       JOIN staff s ON s.userid = o.userid AND s.active AND s.in_scope
     WHERE f.external_userid = $1 AND f.state IN ('full', 'half')
       AND NOT EXISTS (SELECT 1 FROM live_codes h WHERE h.state = f.way_state AND h.kind = 'handover')
     ORDER BY f.userid, (o.userid = l.owner) DESC NULLS LAST, o.started_at, o.userid`,
    [externalUserId],
  )
  if (seconds.length === 0) return
  await house.db.transaction(async (tx) => {
    for (const { userid, at, leadId, colleague, owns } of seconds)
      await tellRoles(tx, house, [], {
        key: `acquaintance:${externalUserId}:${userid}:${at.toISOString()}`,
        words: 'acquaintance',
        leadId,
        userids: [userid],
        variables: { colleague, owner: owns },
      })
  })
}
