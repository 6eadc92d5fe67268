import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { isOutage } from './outage.ts'
import { type IncomingRow, insertInbox } from './rows.ts'

export interface Acceptor {
  /**
   * Resolves after the commit that holds the event (or held it before): only then may the sender be told `success`.
   * @throws Refused 503 when the store is down or too far behind; WeCom will send again. 400 when it cannot be stored at all.
   */
  accept(row: IncomingRow): Promise<void>
  /** Waits for what is on its way. */
  close(): Promise<void>
}

const batchRows = 500
const batchesInFlight = 2
const queueRows = 5_000

interface Waiting {
  row: IncomingRow
  done: () => void
  failed: (error: Error) => void
}

/**
 * Gathers events that arrive while the database is busy into one INSERT each time a connection is free: no timer, no added
 * wait when it is quiet, few statements when it is not.
 */
export function createAcceptor(house: Pick<House, 'db' | 'wake' | 'log'>): Acceptor {
  let waiting: Waiting[] = []
  let inFlight = 0
  let idle: (() => void)[] = []

  const flush = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const stored = await insertInbox(
        house.db,
        batch.map(({ row }) => row),
      )
      for (const { done } of batch) done()
      if (stored > 0) for (const lane of new Set(batch.map(({ row }) => row.lane))) house.wake.up(`dispatch-${lane}`)
    } catch (error) {
      if (!isOutage(error)) {
        // What the database cannot hold is one row's fault, not its neighbours'.
        if (batch.length > 1) {
          const half = batch.length >> 1
          await flush(batch.slice(0, half))
          await flush(batch.slice(half))
          return
        }
        if (isUnstorable(error)) return batch[0]?.failed(new Refused(400, 'not_storable', '消息内容无法保存'))
      }
      house.log.error({ err: error, rows: batch.length }, 'inbox store failed')
      for (const { failed } of batch) failed(new Refused(503, 'store_down', '暂时无法保存，请稍后重试'))
    }
  }
  const landed = (): void => {
    inFlight--
    pump()
    if (inFlight === 0) for (const resolve of idle.splice(0)) resolve()
  }
  const pump = (): void => {
    while (inFlight < batchesInFlight && waiting.length > 0) {
      const batch = waiting.slice(0, batchRows)
      waiting = waiting.slice(batchRows)
      inFlight++
      flush(batch).then(landed, (error: Error) => {
        house.log.error({ err: error }, 'inbox batch lost its way')
        landed()
      })
    }
  }
  return {
    accept(row) {
      if (waiting.length >= queueRows) return Promise.reject(new Refused(503, 'store_behind', '系统繁忙，请稍后重试'))
      return new Promise((done, failed) => {
        waiting.push({ row, done, failed })
        // Events of the same turn of the loop travel together.
        if (waiting.length === 1) setImmediate(pump)
      })
    },
    async close() {
      pump()
      if (inFlight > 0) await new Promise<void>((resolve) => idle.push(resolve))
      idle = []
    },
  }
}

/** Data exceptions (class 22), missing values (23) and limits of the program (54). */
const isUnstorable = (error: unknown): boolean => /^(22|23|54)/.test((error as { code?: string }).code ?? '')
