import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Lane } from '../define.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { applyAsks } from './apply-asks.ts'
import { applyFacts } from './apply-facts.ts'
import { claimRows, type InboxRow, letGo } from './claim.ts'
import { type Intent, intentsOf } from './intents.ts'

/** What one row wants, and where it came from: the source of every key that makes an effect happen once. */
export interface Wanted {
  row: InboxRow
  intents: readonly Intent[]
}

const batchRows = 200
const maxAttempts = 6
const worker = `${process.pid}-${randomBytes(4).toString('hex')}`

/**
 * Handles what waits in a lane: claim → handler → facts for the whole batch in one transaction → asks one by one → done.
 * Everything it does is keyed by the row, so that a crash anywhere repeats the row and changes nothing twice.
 * @returns true when there is more to do at once.
 */
export async function dispatch(house: House, lane: Lane): Promise<boolean> {
  const rows = await claimRows(house, lane, worker, batchRows)
  if (rows.length === 0) return false
  try {
    const wanted: Wanted[] = []
    for (const row of rows) {
      const handler = house.shelves.handlers.get(row.path)
      if (!handler) {
        await finish(house, [row], 'ignored', '没有处理这种事件的文件')
        continue
      }
      try {
        wanted.push({ row, intents: intentsOf(handler, row.event) })
      } catch (error) {
        await finish(
          house,
          [row],
          'failed',
          error instanceof z.ZodError ? `字段不符：${z.prettifyError(error)}` : String(error),
        )
      }
    }
    await apply(house, wanted)
  } finally {
    await letGo(
      house,
      worker,
      rows.map((row) => row.subject),
    )
  }
  return true
}

/** Applies a batch; when it fails, its halves, until the one bad event stands alone. */
async function apply(house: House, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return
  try {
    const touched = await applyFacts(house, wanted)
    await applyAsks(house, wanted, touched)
    await finish(
      house,
      wanted.map(({ row }) => row),
      'done',
    )
  } catch (error) {
    if (wanted.length > 1) {
      const half = wanted.length >> 1
      await apply(house, wanted.slice(0, half))
      await apply(house, wanted.slice(half))
    } else await postpone(house, (wanted[0] as Wanted).row, error)
  }
}

async function finish(
  house: House,
  rows: readonly InboxRow[],
  state: 'done' | 'ignored' | 'failed',
  reason?: string,
): Promise<void> {
  await house.db.query(
    `UPDATE inbox SET state = $2, reason = $3, done_at = $4, worker = NULL WHERE id = ANY($1) AND state = 'working' AND worker = $5`,
    [rows.map((row) => row.id), state, reason?.slice(0, 2000) ?? null, house.clock.now(), worker],
  )
  for (const row of rows) house.metrics.inbox.inc({ state, lane: row.lane })
}

const conflicts = new Set(['40001', '40P01', '55P03'])

async function postpone(house: House, row: InboxRow, error: unknown): Promise<void> {
  const conflict = conflicts.has((error as { code?: string }).code ?? '')
  if (!conflict && (error instanceof GiveUp || row.attempts >= maxAttempts)) {
    house.log.error({ inboxId: row.id, path: row.path, err: error }, 'event parked as failed')
    return finish(house, [row], 'failed', String(error instanceof Error ? error.message : error))
  }
  const waitMs =
    error instanceof RetryLater ? error.afterMs : conflict ? 50 : Math.min(1000 * 4 ** (row.attempts - 1), 600_000)
  house.log.warn(
    { inboxId: row.id, path: row.path, attempts: row.attempts, waitMs, err: error },
    'event will be tried again',
  )
  await house.db.query(
    `UPDATE inbox SET state = 'received', due_at = $2, worker = NULL, reason = $3, attempts = attempts - $4 WHERE id = $1 AND state = 'working' AND worker = $5`,
    [
      row.id,
      new Date(house.clock.now().getTime() + waitMs),
      String(error instanceof Error ? error.message : error).slice(0, 2000),
      conflict ? 1 : 0,
      worker,
    ],
  )
}
