import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import {
  advanceLongJob,
  claimLongJob,
  endLongJob,
  type LongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import { empty, layStones } from './erase.ts'
import { readPerson, tombstonesOf } from './person.ts'
import type { Place } from './places.ts'

export const loadKind = 'load-sample'
export const wipeKind = 'wipe-sample'

const page = 50
const sliceMs = 1_500

export async function countSample(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ leads: number }>('SELECT count(*) AS leads FROM sample_leads')
  return row?.leads ?? 0
}

/** @throws Refused 409 outside the sandbox, or while there is a sample */
export async function startLoad(tx: Transaction, house: House, by: string): Promise<LongJob> {
  if (!house.config.sandbox) throw new Refused(409, 'not_sandbox', '连着真实企业时不能载入样例数据')
  if ((await countSample(tx)) > 0) throw new Refused(409, 'sample_there', '样例数据已经在了')
  return startLongJob(tx, house, { kind: loadKind, input: {}, total: null, by })
}

export const startWipe = async (tx: Transaction, house: House, by: string): Promise<LongJob> =>
  startLongJob(tx, house, { kind: wipeKind, input: {}, total: await countSample(tx), by })

/** Loads the sample company; the process that may is the one beside the sandbox. */
export async function runLoads(house: House): Promise<boolean> {
  if (!house.sample) return false
  const job = await claimLongJob(house, loadKind)
  if (!job) return false
  const leads = await house.sample.load()
  await house.db.query("UPDATE jobs SET done = $2 WHERE id = $1 AND state = 'working'", [job.id, leads])
  await endLongJob(house, job.id, 'done', { leads })
  return true
}

/**
 * Takes the sample company's leads out again, a page at a time, history included: nobody did any of it. What is not the
 * sample's stays, also where it was merged with it or shares a deal. Stones are laid, so that the sandbox's sync does not bring
 * them back.
 */
export async function runWipes(house: House): Promise<boolean> {
  const job = await claimLongJob(house, wipeKind)
  if (!job) return false
  const until = performance.now() + sliceMs
  for (let { done } = job; ; ) {
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
    const wiped = await house.db.transaction(async (tx) => {
      const leads = await wipePage(tx, house)
      const next = { from: done, to: done + leads, rows: [] }
      if (leads > 0 && !(await advanceLongJob(tx, house, job.id, next))) throw new Error('another worker has gone on')
      return leads
    })
    if (wiped === 0) break
    done += wiped
  }
  await house.db.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO settings (key, value, by, at) VALUES ('sample', '"wiped"', $1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at`,
      [job.by, house.clock.now()],
    )
    await tx.query("INSERT INTO audit (id, at, principal, action, data) VALUES ($1, $2, $3, 'sample-wiped', $4)", [
      newId(house.clock),
      house.clock.now(),
      job.by,
      JSON.stringify({ job: job.id }),
    ])
  })
  await endLongJob(house, job.id, 'done')
  return true
}

/** One page of them. Answers how many there were. */
async function wipePage(tx: Transaction, house: House): Promise<number> {
  const rows = await tx.query<{ id: string }>(
    'SELECT l.id FROM sample_leads s JOIN leads l ON l.id = s.lead_id ORDER BY l.id LIMIT $1 FOR UPDATE OF l',
    [page],
  )
  const leads = rows.map(({ id }) => id)
  if (leads.length === 0) return 0
  const companies = await tx.query<{ id: string }>(
    'SELECT DISTINCT account_id AS id FROM account_people WHERE lead_id = ANY($1) AND account_id IS NOT NULL',
    [leads],
  )
  await letGo(tx, leads)
  const person = await readPerson(tx, leads)
  await layStones(tx, await tombstonesOf(tx, house, person), null, house.clock.now())
  await tx.query('DELETE FROM cards WHERE offer_id IN (SELECT id FROM offers WHERE lead_id = ANY($1))', [leads])
  await empty(tx, person, wipes)
  await dropCompanies(
    tx,
    companies.map(({ id }) => id),
  )
  return leads.length
}

/** Nobody did it, so nothing of it is history. */
function wipes({ table, erase }: Place): Place['erase'] {
  const goes = [
    'stage_changes',
    'offers',
    'opportunity_changes',
    'opportunity_ticks',
    'opportunities',
    'leads',
    'account_marks',
  ]
  // The lead of its rows is named in its own table until the last of them is gone.
  if (table === 'sample_leads') return 'keep'
  return goes.includes(table) ? 'delete' : erase
}

/** What is somebody else's too, stays his: aliases speak for themselves again, a shared deal begins with who is left. */
async function letGo(tx: Transaction, leads: readonly string[]): Promise<void> {
  await tx.query('UPDATE leads SET merged_into = NULL WHERE merged_into = ANY($1) AND id <> ALL($1)', [leads])
  await tx.query(
    `UPDATE opportunities o SET lead_id = p.lead_id FROM opportunity_people p
     WHERE o.lead_id = ANY($1) AND p.opportunity_id = o.id AND p.lead_id <> ALL($1)`,
    [leads],
  )
}

/** Companies that were only the sample's. */
async function dropCompanies(tx: Transaction, companies: readonly string[]): Promise<void> {
  const gone = await tx.query<{ id: string }>(
    `SELECT a.id FROM accounts a WHERE a.id = ANY($1) AND a.merged_into IS NULL AND a.name_by IS NULL AND a.owner_by IS NULL
       AND NOT EXISTS (SELECT FROM account_people p WHERE p.account_id = a.id) AND NOT EXISTS (SELECT FROM opportunities o WHERE o.account_id = a.id)
       AND NOT EXISTS (SELECT FROM accounts b WHERE b.merged_into = a.id)`,
    [companies],
  )
  const ids = gone.map(({ id }) => id)
  await tx.query('DELETE FROM account_suggestions WHERE a = ANY($1) OR b = ANY($1)', [ids])
  await tx.query('DELETE FROM account_merges WHERE winner = ANY($1) OR loser = ANY($1)', [ids])
  await tx.query('DELETE FROM account_names WHERE account_id = ANY($1)', [ids])
  await tx.query('DELETE FROM accounts WHERE id = ANY($1)', [ids])
}
