import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { getContact } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'
import { applyProfile, type ClaimedPerson, type Contact, type SeenRelation } from './apply-profile.ts'
import { inParallel } from './parallel.ts'

/** A person is fetched when nothing was said about him for this long; a storm of edits costs one call. */
const quietMs = 2_000
const leaseMs = 60_000
const batch = 100
const width = 10

/**
 * Fetches people whose relations were marked and have been quiet, one call each for all of their relations.
 * @returns true when there may be more
 */
export async function refreshProfiles(house: House): Promise<boolean> {
  const people = await claimPeople(house)
  await inParallel(people, width, (person) => refreshPerson(house, person))
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

async function refreshPerson(house: House, person: ClaimedPerson): Promise<void> {
  const { externalUserId, claimed } = person
  try {
    const contact = await fetchContact(house, externalUserId)
    await applyProfile(house, person, contact)
  } catch (error) {
    const waitMs = error instanceof RetryLater ? error.afterMs : 30_000
    house.log.warn({ externalUserId, waitMs, err: error }, 'profile will be fetched later')
    await house.db.query('UPDATE follows SET stale_since = $3 WHERE external_userid = $1 AND stale_since = $2', [
      externalUserId,
      claimed,
      error instanceof GiveUp ? null : new Date(house.clock.now().getTime() + waitMs),
    ])
  }
}

/** `gone`: WeCom knows of no relation any more. `hidden`: those there are belong to members out of our sight. */
async function fetchContact(house: House, externalUserId: string): Promise<Contact | 'gone' | 'hidden'> {
  try {
    return await getContact(house.wecom, externalUserId)
  } catch (error) {
    if (isErrcode(error, 84061)) return 'gone'
    if (isErrcode(error, 84084)) return 'hidden'
    throw error
  }
}
