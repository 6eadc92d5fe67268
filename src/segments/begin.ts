import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { startLongJob } from '../leads/long-job.ts'
import type { Condition } from '../playbook/condition.ts'
import { wantsOf } from './depends.ts'
import { passing } from './sweep.ts'

/** The long job that fills a segment. */
export const fillKind = 'fill-segments'

/** Writes down what the condition depends on and that everybody must be looked at by it; the job does so. */
export async function begin(tx: Transaction, house: House, id: string, by: string): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const [row] = await tx.query<{ condition: Condition; kind: string; version: number }>(
    `UPDATE segments SET version = version + 1, state = 'filling', filled_to = NULL, barrier = NULL WHERE id = $1 RETURNING condition, kind, version`,
    [id],
  )
  if (!row) return
  await tx.query('DELETE FROM segment_wants WHERE segment = $1', [id])
  if (row.kind === 'live') {
    const wants = [...wantsOf(row.condition, playbook), passing(id)]
    await tx.query('INSERT INTO segment_wants (want, segment) SELECT want, $1 FROM unnest($2::text[]) AS want', [
      id,
      wants,
    ])
    await tx.query(
      `INSERT INTO segment_sweeps (segment, swept_to, day) VALUES ($1, $2, $3) ON CONFLICT (segment) DO UPDATE SET swept_to = excluded.swept_to, day = excluded.day`,
      [id, now, calendar.dayOf(now)],
    )
  }
  const job = await startLongJob(tx, house, {
    kind: fillKind,
    input: { segment: id, version: row.version },
    total: null,
    by,
  })
  await tx.query('UPDATE segments SET job = $2 WHERE id = $1', [id, job.id])
}
