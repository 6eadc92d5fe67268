import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type IncomingRow, insertInbox } from './rows.ts'

export interface Acceptor {
  /**
   * Resolves after the commit that holds the event (or held it before): only then may the sender be told `success`.
   * @throws Refused 503 when the store is down or too far behind; WeCom will send again.
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

  const flush = async (batch: Waiting[]): Promise<void> => {
    try {
      const stored = await insertInbox(
        house.db,
        batch.map(({ row }) => row),
      )
      for (const { done } of batch) done()
      if (stored > 0) for (const lane of new Set(batch.map(({ row }) => row.lane))) house.wake.up(`dispatch-${lane}`)
    } catch (error) {
      // Data the database cannot hold (class 22) is one row's fault, not its neighbours'.
      if (/^22/.test((error as { code?: string }).code ?? '')) {
        if (batch.length > 1) {
          for (const one of batch) await flush([one])
        } else batch[0]?.failed(new Refused(400, 'not_storable', '消息内容无法保存'))
        return
      }
      house.log.error({ err: error, rows: batch.length }, 'inbox store failed')
      for (const { failed } of batch) failed(new Refused(503, 'store_down', '暂时无法保存，请稍后重试'))
    }
  }
  const pump = (): void => {
    while (inFlight < batchesInFlight && waiting.length > 0) {
      const batch = waiting.slice(0, batchRows)
      waiting = waiting.slice(batchRows)
      inFlight++
      flush(batch).then(() => {
        inFlight--
        pump()
        if (inFlight === 0) for (const resolve of idle.splice(0)) resolve()
      }, house.log.error.bind(house.log))
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
