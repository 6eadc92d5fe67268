import { setTimeout as wait } from 'node:timers/promises'
import type { Db, Transaction } from '../db.ts'

const conflicts = new Set(['40001', '40P01', '55P03'])

/** A transaction that is tried again when it and another stood in each other's way; it must be safe to run again. */
export async function tryTransaction<T>(db: Db, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (tries === 4 || !conflicts.has((error as { code?: string }).code ?? '')) throw error
      await wait(10 * tries * (1 + Math.random()))
    }
  }
}
