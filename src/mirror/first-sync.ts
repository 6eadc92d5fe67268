import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { type ContactWithFollow, listContactsByStaff, listFollowUsers } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'
import { keepFound } from './found.ts'
import { reconcileWork } from './missed.ts'
import { registered } from './staff.ts'
import { askWork, type Claim } from './work.ts'

export const firstSyncWork = 'first-sync'

/** Where the sync stands; kept with every page, so that it goes on where it was. */
interface Progress {
  /** Members, at most 100 together; a group WeCom refuses is asked for one by one. */
  groups: string[][]
  group: number
  cursor: string
}

interface SyncJob {
  id: string
  input: Progress
  createdAt: Date
}

const membersACall = 100

/**
 * Meets a living corp: everybody our people have as customers becomes a silent lead. Whoever is added while it runs comes by
 * his event, so only relations from before its beginning are taken.
 * @throws RetryLater when WeCom does not let us yet; it goes on where it was
 */
export async function firstSync(house: House, claim: Claim): Promise<void> {
  const job = await openJob(house)
  while (job.input.group < job.input.groups.length) {
    await claim.extend()
    const page = await readPage(house, job.input)
    if (page !== 'split') await keepPage(house, job, page)
    else await house.db.query('UPDATE jobs SET input = $2 WHERE id = $1', [job.id, JSON.stringify(job.input)])
  }
  const members = job.input.groups.flat()
  await house.db.transaction(async (tx) => {
    // From here on a relation that is missing is one we missed.
    await tx.query(
      `INSERT INTO mirror_work (name, done_at) SELECT name, $2 FROM unnest($1::text[]) AS name ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at`,
      [members.map(reconcileWork), job.createdAt],
    )
    await tx.query("UPDATE jobs SET state = 'done', total = done, finished_at = $2 WHERE id = $1", [
      job.id,
      house.clock.now(),
    ])
    await askWork(tx, ['reconcile'], house.clock.now())
  })
}

async function openJob(house: House): Promise<SyncJob> {
  const [running] = await house.db.query<SyncJob>(
    `SELECT id, input, created_at AS "createdAt" FROM jobs WHERE kind = $1 AND state = 'working'`,
    [firstSyncWork],
  )
  if (running) return running
  const createdAt = house.clock.now()
  const listed = await allowed(() => listFollowUsers(house.wecom))
  const spell = await registered(house.db, house, listed)
  const members = [...new Set(listed.map(spell))].sort()
  const groups: string[][] = []
  for (let at = 0; at < members.length; at += membersACall) groups.push(members.slice(at, at + membersACall))
  const job = { id: newId(house.clock), input: { groups, group: 0, cursor: '' }, createdAt }
  await house.db.query(
    "INSERT INTO jobs (id, kind, state, input, by, created_at) VALUES ($1, $2, 'working', $3, 'system', $4)",
    [job.id, firstSyncWork, JSON.stringify(job.input), createdAt],
  )
  return job
}

/** The next page; moves `progress` on. `split`: WeCom refused the group because of one of its members. */
async function readPage(house: House, progress: Progress): Promise<ContactWithFollow[] | 'split'> {
  const members = progress.groups[progress.group] ?? []
  try {
    const page = await listContactsByStaff(house.wecom, { userid_list: members, cursor: progress.cursor })
    if (page.next_cursor && page.next_cursor !== progress.cursor) progress.cursor = page.next_cursor
    else Object.assign(progress, { group: progress.group + 1, cursor: '' })
    return page.external_contact_list
  } catch (error) {
    if (progress.cursor && isErrcode(error, 50100, 60268)) {
      progress.cursor = ''
      return 'split'
    }
    if (!(error instanceof GiveUp)) throw error
    if (members.length > 1) progress.groups.splice(progress.group, 1, ...members.map((member) => [member]))
    else if (isErrcode(error, 40003, 40031, 60011, 60111, 84061, 84084, 701008)) progress.group++
    else return await allowed(() => Promise.reject(error))
    house.log.info({ members: members.length, reason: error.reason }, 'first sync goes around what WeCom refuses')
    return 'split'
  }
}

/** What an operator has yet to allow is waited for: the first sync is never skipped. */
async function allowed<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof GiveUp) throw new RetryLater(60_000, error.message, { cause: error.cause })
    throw error
  }
}

async function keepPage(house: House, job: SyncJob, page: readonly ContactWithFollow[]): Promise<void> {
  const began = Math.floor(job.createdAt.getTime() / 1000)
  const before = page.filter((one) => (one.follow_info.createtime ?? 0) < began)
  await house.db.transaction(async (tx) => {
    const found = await keepFound(tx, house, before)
    await tx.query('UPDATE jobs SET input = $2, done = done + $3 WHERE id = $1', [
      job.id,
      JSON.stringify(job.input),
      found,
    ])
  })
}
