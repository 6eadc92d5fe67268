import type { House } from '../house.ts'

const name = 'bot'
const leaseMs = 30_000
/** What waits longer than this was left lying, bot or no bot. */
export const leftLyingMs = 15_000

/** Says that a bot is there to hear what customers say. Again at least every twenty seconds. @returns false: that was all */
export async function renewBotLease({ db, clock }: Pick<House, 'db' | 'clock'>): Promise<boolean> {
  await db.query(
    `INSERT INTO mirror_work (name, claimed_until) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET claimed_until = excluded.claimed_until`,
    [name, new Date(clock.now().getTime() + leaseMs)],
  )
  return false
}

export async function endBotLease({ db }: Pick<House, 'db'>): Promise<void> {
  await db.query('UPDATE mirror_work SET claimed_until = NULL WHERE name = $1', [name])
}

/** Whether some process hears for all. */
export async function isBotThere({ db, clock }: Pick<House, 'db' | 'clock'>): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM mirror_work WHERE name = $1 AND claimed_until > $2', [name, clock.now()])
  return rows.length > 0
}
