import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { markDuty } from './keep-duty.ts'

/** What WeCom says of a link beside the adds: it names the link, and nobody. */
export interface LinkSignal {
  linkId: string
  /** `request`: somebody asked to be added; `gone`: deleted in the console; `unavailable`: it adds nobody for now. */
  what: 'request' | 'gone' | 'unavailable'
  at: Date
  key: string
}

/** Keeps what links signal; each once. Links other apps made are not ours to know. */
export async function keepSignals(tx: Transaction, house: House, signals: readonly LinkSignal[]): Promise<void> {
  if (signals.length === 0) return
  const { calendar } = await house.playbook.current()
  const codes = await tx.query<{ id: string; linkId: string }>(
    `SELECT id, config_id AS "linkId" FROM live_codes WHERE kind = 'link' AND config_id = ANY($1) ORDER BY id`,
    [signals.map(({ linkId }) => linkId)],
  )
  for (const { id, linkId } of codes)
    for (const signal of signals.filter((one) => one.linkId === linkId)) {
      if (!(await isFirstTime(tx, `link ${signal.key}`, signal.at))) continue
      if (signal.what === 'request')
        await tx.query(
          `INSERT INTO live_code_days AS d (code_id, day, userid, requests) VALUES ($1, $2, '', 1)
           ON CONFLICT (code_id, day, userid) DO UPDATE SET requests = d.requests + 1`,
          [id, calendar.dayOf(signal.at)],
        )
      else await lookAtOnce(tx, house, id)
    }
}

/** What is wrong with it is asked of WeCom, which knows better by then than the event did. */
async function lookAtOnce(tx: Transaction, house: House, id: string): Promise<void> {
  await tx.query('UPDATE live_codes SET checked_at = NULL WHERE id = $1', [id])
  await markDuty(tx, [id], house.clock.now())
  tx.afterCommit(() => {
    for (const job of ['check-codes', 'keep-duty']) house.wake.up(job)
  })
}
