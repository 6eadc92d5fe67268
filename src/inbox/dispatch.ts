import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Lane } from '../define.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { whenSent } from '../messages/send-soon.ts'
import { applyAsks } from './apply-asks.ts'
import { applyFacts, type Touched } from './apply-facts.ts'
import { claimMs, claimRows, type InboxRow, lanesWaiting, letGo, renewClaim } from './claim.ts'
import { happenedAt } from './happened-at.ts'
import { type Intent, intentsOf } from './intents.ts'
import { isOutage } from './outage.ts'

/** What one row wants, and where it came from: the source of every key that makes an effect happen once. */
export interface Wanted {
  row: InboxRow
  happenedAt: Date
  intents: readonly Intent[]
}

const batchRows = 500
const maxAttempts = 6
/** A row that came back this often may be what its workers died of; it is handled last and alone. */
const suspectAttempts = 3
const mostSendMs = 1_000

/**
 * Handles what waits in a lane: claim → handler → facts for the whole batch in one transaction → asks one by one → done.
 * Everything it does is keyed by the row, so that a crash anywhere repeats the row and changes nothing twice.
 * @returns true when there is more to do at once.
 */
export async function dispatch(house: House, lane: Lane): Promise<boolean> {
  const worker = `${process.pid}-${randomBytes(6).toString('hex')}`
  const rows = await claimRows(house, lane, worker, batchRows)
  if (rows.length === 0) return false
  const subjects = rows.map((row) => row.subject)
  const alive = setInterval(() => {
    renewClaim(house, worker, subjects).catch((error: Error) => house.log.warn({ err: error }, 'claim not renewed'))
  }, claimMs / 3)
  const hands = { house, worker }
  try {
    const wanted = await read(hands, rows)
    const isSuspect = ({ row }: Wanted) => row.attempts > suspectAttempts
    await apply(
      hands,
      wanted.filter((one) => !isSuspect(one)),
    )
    for (const suspect of wanted.filter(isSuspect)) await apply(hands, [suspect])
  } catch (error) {
    if (isOutage(error)) await giveBack(hands)
    throw error
  } finally {
    clearInterval(alive)
    await letGo(house, worker, subjects)
  }
  for (const other of await lanesWaiting(house, lane, subjects)) house.wake.up(`dispatch-${other}`)
  await whenSent(mostSendMs)
  return true
}

interface Hands {
  house: House
  worker: string
}

/** Asks each row's handler what is wanted; what nobody handles and what is not as its schema says is put aside. */
async function read(hands: Hands, rows: readonly InboxRow[]): Promise<Wanted[]> {
  const wanted: Wanted[] = []
  const unknown: InboxRow[] = []
  for (const row of rows) {
    const handler = hands.house.shelves.handlers.get(row.path)
    if (!handler) {
      unknown.push(row)
      continue
    }
    try {
      wanted.push({ row, happenedAt: happenedAt(row), intents: intentsOf(handler, row.event) })
    } catch (error) {
      const fault = error instanceof z.ZodError ? `字段不符：${z.prettifyError(error)}` : String(error)
      await finish(hands, [row], 'failed', fault)
    }
  }
  await finish(hands, unknown, 'ignored', '没有处理这种事件的文件')
  return wanted
}

/** Applies a batch. When its facts fail, its halves, until the one bad event stands alone; an ask is its own row's matter. */
async function apply(hands: Hands, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return
  let touched: Touched
  try {
    touched = await applyFacts(hands.house, wanted)
  } catch (error) {
    if (isOutage(error)) throw error
    if (wanted.length === 1) return postpone(hands, (wanted[0] as Wanted).row, error)
    const half = wanted.length >> 1
    await apply(hands, wanted.slice(0, half))
    return apply(hands, wanted.slice(half))
  }
  const failed = await applyAsks(hands.house, wanted, touched)
  await finish(
    hands,
    wanted.filter((one) => !failed.has(one)).map(({ row }) => row),
    'done',
  )
  for (const [{ row }, error] of failed) await postpone(hands, row, error)
}

async function finish(
  { house, worker }: Hands,
  rows: readonly InboxRow[],
  state: 'done' | 'ignored' | 'failed',
  reason?: string,
): Promise<void> {
  if (rows.length === 0) return
  const finished = await house.db.query<{ lane: string }>(
    `UPDATE inbox SET state = $2, reason = $3, done_at = $4, worker = NULL WHERE id = ANY($1) AND state = 'working' AND worker = $5 RETURNING lane`,
    [rows.map((row) => row.id), state, reason?.slice(0, 2000) ?? null, house.clock.now(), worker],
  )
  for (const { lane } of finished) house.metrics.inbox.inc({ state, lane })
}

const conflicts = new Set(['40001', '40P01', '55P03'])
/** What will succeed later is waited for, but not for ever. */
const longestWaitMs = 3 * 86_400_000

async function postpone({ house, worker }: Hands, row: InboxRow, error: unknown): Promise<void> {
  const conflict = conflicts.has((error as { code?: string }).code ?? '')
  const later = error instanceof RetryLater
  const now = house.clock.now().getTime()
  const tired = conflict || later ? now - row.receivedAt.getTime() > longestWaitMs : row.attempts >= maxAttempts
  if (error instanceof GiveUp || tired) {
    house.log.error({ inboxId: row.id, path: row.path, err: error }, 'event parked as failed')
    return finish({ house, worker }, [row], 'failed', String(error instanceof Error ? error.message : error))
  }
  const waitMs = later ? error.afterMs : conflict ? 50 : Math.min(1000 * 4 ** (row.attempts - 1), 600_000)
  house.log.warn(
    { inboxId: row.id, path: row.path, attempts: row.attempts, waitMs, err: error },
    'event will be tried again',
  )
  await house.db.query(
    `UPDATE inbox SET state = 'received', due_at = $2, worker = NULL, reason = $3, attempts = attempts - $4 WHERE id = $1 AND state = 'working' AND worker = $5`,
    [
      row.id,
      new Date(now + waitMs),
      String(error instanceof Error ? error.message : error).slice(0, 2000),
      conflict || later ? 1 : 0,
      worker,
    ],
  )
}

/** The database was away: nobody's event is to blame. Where it still is, the claim lapses by itself. */
async function giveBack({ house, worker }: Hands): Promise<void> {
  await house.db
    .query(
      `UPDATE inbox SET state = 'received', due_at = $2, worker = NULL, attempts = attempts - 1 WHERE state = 'working' AND worker = $1`,
      [worker, new Date(house.clock.now().getTime() + 1_000)],
    )
    .catch((error: Error) => house.log.warn({ err: error }, 'claim left to lapse'))
}
