import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

/** What may not leave the house: everything, or some channels. */
export interface Outgoing {
  paused: boolean
  /** Channels paused by themselves. */
  channels: readonly string[]
}

/**
 * The plug. It holds at once in all processes, because every claim reads this row in its own statement (`notPaused`).
 * Messages stay planned while it is out; those with a deadline expire and say so.
 */
export async function setOutgoing(
  house: House,
  { paused, channel }: { paused: boolean; channel?: string | undefined },
  by: string,
): Promise<Outgoing> {
  const set = await house.db.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO settings (key, value, by, at) VALUES ('outgoing', '{"paused": false, "channels": []}', $1, $2) ON CONFLICT (key) DO NOTHING`,
      [by, house.clock.now()],
    )
    const before = await readRow(tx, 'FOR UPDATE')
    const others = before.channels.filter((name) => name !== channel)
    const after: Outgoing =
      channel === undefined
        ? { paused, channels: before.channels }
        : { paused: before.paused, channels: paused ? [...others, channel].sort() : others }
    await tx.query(`UPDATE settings SET value = $1, by = $2, at = $3 WHERE key = 'outgoing'`, [
      JSON.stringify(after),
      by,
      house.clock.now(),
    ])
    return after
  })
  if (!paused)
    for (const job of ['deliver-welcome', 'deliver', 'close-batches', 'update-cards', 'call-webhooks'])
      house.wake.up(job)
  return set
}

/** How the plug stands now. */
export function readOutgoing(sql: Sql): Promise<Outgoing> {
  return readRow(sql, '')
}

/** A condition for a claim: the channel in `column` is not paused at this moment. */
export const notPaused = (column: string): string =>
  `NOT EXISTS (SELECT FROM settings o WHERE o.key = 'outgoing'
     AND ((o.value ->> 'paused')::boolean OR jsonb_exists(o.value -> 'channels', ${column})))`

async function readRow(sql: Sql, lock: '' | 'FOR UPDATE'): Promise<Outgoing> {
  const [row] = await sql.query<{ value: Outgoing }>(`SELECT value FROM settings WHERE key = 'outgoing' ${lock}`)
  return row?.value ?? { paused: false, channels: [] }
}
