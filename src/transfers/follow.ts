import type { Transaction } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { listLeaverTransferOutcomes, listTransferOutcomes, type TransferOutcome } from '../wecom/transfer.ts'
import { firstLookMs } from './call.ts'
import { type Ending, endingOf, finish } from './finish.ts'
import { tryAnother } from './place.ts'
import { faults, type TransferRow, transferColumns } from './row.ts'

const page = 500
const hour = 3_600_000
/** WeCom completes a transfer after a day. */
const completesMs = 24 * hour
const lateMs = hour / 2
const silentMs = 72 * hour

/** What WeCom tells by an event is written down at once; the job ends it, and asks for the results of what merely moved. */
export async function transfersTold(
  tx: Transaction,
  house: House,
  rows: readonly { externalUserId: string; userid: string; how: 'refused' | 'full' | 'moved'; at: Date }[],
): Promise<void> {
  for (const { externalUserId, userid, how, at } of rows)
    await tx.query(
      `UPDATE transfers SET look_at = $3, told = coalesce($4, told) WHERE id = (
         SELECT id FROM transfers WHERE external_userid = $1 AND lower(${how === 'moved' ? 'handover' : 'takeover'}) = lower($2)
           AND state IN ('wanted', 'asked') AND way IN ('present', 'leaver') ORDER BY asked_at DESC LIMIT 1 FOR UPDATE)`,
      [externalUserId, userid, at, how === 'moved' ? null : how],
    )
  if (rows.length > 0) tx.afterCommit(() => house.wake.up('follow-transfers'))
}

/**
 * Ends the transfers of which it is known how they ended, and asks WeCom about those under way: the events that would say so
 * are not promised.
 * @returns true when there may be more
 */
export async function followTransfers(house: House): Promise<boolean> {
  await followIntroductions(house)
  const now = house.clock.now()
  const due = await house.db.query<TransferRow>(
    `SELECT ${transferColumns('t')} FROM transfers t WHERE state = 'asked' AND way IN ('present', 'leaver') AND look_at <= $1
     ORDER BY look_at, id LIMIT ${page}`,
    [now],
  )
  await endAll(
    house,
    due.flatMap((row) => (row.told ? [{ row, ending: endingOf(row.told) }] : [])),
  )
  const pairs = grouped(
    due.filter(({ told }) => !told),
    ({ way, handover, takeover }) => [way, handover, takeover].join('\0'),
  )
  for (const rows of pairs.values()) await followPair(house, rows)
  return due.length === page
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

async function followPair(house: House, rows: readonly TransferRow[]): Promise<void> {
  const { way, handover, takeover } = rows[0] as TransferRow
  const pair = { handover_userid: handover, takeover_userid: takeover ?? '' }
  try {
    const outcomes = await (way === 'leaver' ? listLeaverTransferOutcomes : listTransferOutcomes)(house.wecom, pair)
    const byCustomer = grouped(outcomes, (one) => one.external_userid)
    const known = rows.map((row) => ({
      row,
      ending: outcomeOf(byCustomer.get(row.externalUserId ?? '') ?? [], row, house.clock.now()),
    }))
    await endAll(
      house,
      known.flatMap(({ row, ending }) => (ending ? [{ row, ending }] : [])),
    )
    await lookAgain(
      house,
      known.flatMap(({ row, ending }) => (ending ? [] : [row])),
    )
  } catch (error) {
    if (!(error instanceof GiveUp || error instanceof RetryLater)) throw error
    house.log.info({ err: error, handover, takeover }, 'WeCom does not tell how transfers stand')
    const waitMs = error instanceof RetryLater ? error.afterMs : hour
    await house.db.query('UPDATE transfers SET look_at = $2 WHERE id = ANY($1)', [
      rows.map(({ id }) => id),
      new Date(house.clock.now().getTime() + waitMs),
    ])
  }
}

async function endAll(house: House, ended: readonly { row: TransferRow; ending: Ending }[]): Promise<void> {
  const each = ended.map((one) => ({ ...one, id: one.row.id }))
  await eachAlone(house, each, Number.POSITIVE_INFINITY, ({ row, ending }) =>
    house.db.transaction(async (tx) => {
      if (row.leadId) await lockLead(tx, row.leadId)
      if (ending.state === 'failed' && (await tryAnother(tx, house, row, ending.fault))) return
      await finish(tx, house, row, ending)
    }),
  )
}

async function lookAgain(house: House, rows: readonly TransferRow[]): Promise<void> {
  const now = house.clock.now().getTime()
  const next = ({ askedAt }: TransferRow): Date => {
    const completes = askedAt.getTime() + completesMs + 60_000
    return new Date(now < completes ? Math.min(now + firstLookMs, completes) : now + lateMs)
  }
  await house.db.query(
    'UPDATE transfers t SET look_at = n.at FROM unnest($1::uuid[], $2::timestamptz[]) AS n(id, at) WHERE t.id = n.id',
    [rows.map(({ id }) => id), rows.map(next)],
  )
}

/** `status` 1 done, 2 waiting, 3 refused, 4 full; null: not over yet. Earlier transfers between the two may still be listed. */
function outcomeOf(outcomes: readonly TransferOutcome[], { askedAt }: TransferRow, now: Date): Ending | null {
  if (outcomes.some(({ status }) => status === 2)) return null
  const since = Math.floor(askedAt.getTime() / 1000)
  if (outcomes.some(({ status, takeover_time }) => status === 1 && (takeover_time ?? since) >= since))
    return { state: 'done' }
  const refused = outcomes.find(({ status }) => status === 3 || status === 4)
  if (refused) return endingOf(refused.status === 3 ? 'refused' : 'full')
  return now.getTime() - askedAt.getTime() > silentMs ? { state: 'failed', fault: faults.silent } : null
}

/** Whoever was introduced is his friend now, or nobody scanned in time. */
async function followIntroductions(house: House): Promise<void> {
  const now = house.clock.now()
  const over = await house.db.query<TransferRow & { met: boolean }>(
    `SELECT * FROM (SELECT ${transferColumns('t')}, EXISTS (
         SELECT 1 FROM follows f WHERE lower(f.userid) = lower(t.takeover) AND f.state = 'full' AND f.lead_id IN (SELECT lead_family(t.lead_id))) AS met
       FROM transfers t WHERE state = 'asked' AND way = 'introduction') i WHERE met OR "lookAt" <= $1 LIMIT ${page}`,
    [now],
  )
  await endAll(
    house,
    over.map((row) => ({ row, ending: row.met ? { state: 'done' } : { state: 'failed', fault: faults.notScanned } })),
  )
}
