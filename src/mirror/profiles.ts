import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { getContact } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'
import { applyProfile, type ClaimedPerson, type Contact, type SeenRelation } from './apply-profile.ts'

/** A person is fetched when nothing was said about him for this long; a storm of edits costs one call. */
const quietMs = 2_000
const leaseMs = 60_000
const batch = 100
const width = 10
/** Serialization failure, deadlock: whoever was in the way is through in a moment. */
const conflicts = new Set(['40001', '40P01'])

/**
 * Fetches people whose relations were marked and have been quiet, one call each for all of their relations.
 * @returns true when there may be more
 */
export async function refreshProfiles(house: House): Promise<boolean> {
  const people = await claimPeople(house)
  // Several are fetched while the ones before are written down, one at a time: transactions are dear, waiting is not.
  const chunks = Array.from({ length: Math.ceil(people.length / width) }, (_, n) =>
    people.slice(n * width, n * width + width),
  )
  const fetchAll = (chunk: readonly ClaimedPerson[] = []) =>
    Promise.all(chunk.map((person) => fetchPerson(house, person)))
  let coming = fetchAll(chunks[0])
  for (const [n] of chunks.entries()) {
    const fetched = await coming
    coming = fetchAll(chunks[n + 1])
    for (const one of fetched) await keep(house, one)
  }
  return people.length === batch
}

/**
 * The claim is `stale_since` set into the future: a mark that comes meanwhile replaces it, so the fetch does not count and is
 * made again; a worker that dies leaves a mark that becomes due by itself.
 */
async function claimPeople(house: House): Promise<ClaimedPerson[]> {
  const now = house.clock.now()
  const claimed = new Date(now.getTime() + leaseMs)
  const rows = await house.db.query<SeenRelation & { externalUserId: string }>(
    `WITH quiet AS (
       SELECT external_userid FROM follows WHERE stale_since <= $1 AND external_userid NOT IN (
         SELECT external_userid FROM follows WHERE stale_since > $1 AND stale_since <= $4)
       GROUP BY external_userid ORDER BY min(stale_since) LIMIT $3
     ), held AS (
       SELECT f.external_userid, f.userid FROM follows f JOIN quiet USING (external_userid) ORDER BY 1, 2 FOR UPDATE OF f SKIP LOCKED
     )
     UPDATE follows f SET stale_since = $2 FROM held WHERE f.external_userid = held.external_userid AND f.userid = held.userid
     RETURNING f.external_userid AS "externalUserId", f.userid, f.marks, f.marking_until AS "markingUntil"`,
    [new Date(now.getTime() - quietMs), claimed, batch, now],
  )
  const people = new Map<string, ClaimedPerson>()
  for (const { externalUserId, ...relation } of rows) {
    const person = people.get(externalUserId) ?? { externalUserId, claimed, at: now, relations: [] }
    person.relations.push(relation)
    people.set(externalUserId, person)
  }
  return [...people.values()]
}

interface Fetched {
  person: ClaimedPerson
  /** Null when it failed, and then why. */
  contact: Contact | 'gone' | 'hidden' | null
  error?: unknown
}

/** `gone`: WeCom knows of no relation any more. `hidden`: those there are belong to members out of our sight. */
async function fetchPerson(house: House, person: ClaimedPerson): Promise<Fetched> {
  try {
    return { person, contact: await getContact(house.wecom, person.externalUserId) }
  } catch (error) {
    if (isErrcode(error, 84061)) return { person, contact: 'gone' }
    if (isErrcode(error, 84084)) return { person, contact: 'hidden' }
    return { person, contact: null, error }
  }
}

async function keep(house: House, { person, contact, error }: Fetched): Promise<void> {
  try {
    if (contact === null) throw error
    await applyProfile(house, person, contact)
  } catch (failure) {
    const conflict = conflicts.has((failure as { code?: string }).code ?? '')
    const waitMs = failure instanceof RetryLater ? failure.afterMs : conflict ? 0 : 30_000
    const lookAt = failure instanceof GiveUp ? null : new Date(house.clock.now().getTime() + waitMs)
    house.log.warn({ externalUserId: person.externalUserId, lookAt, err: failure }, 'profile not kept')
    await house.db.query('UPDATE follows SET stale_since = $3 WHERE external_userid = $1 AND stale_since = $2', [
      person.externalUserId,
      person.claimed,
      lookAt,
    ])
  }
}
