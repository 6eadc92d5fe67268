import { z } from 'zod'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { optOut } from './join.ts'
import { openToken, sealToken } from './token.ts'

/** What a customer receives, by his own wish. */
export interface Prefs {
  stopped: boolean
  /** He has said neither yes nor no. */
  undecided: boolean
  pausedUntil: Date | null
}

export const prefsToken = (house: House, leadId: string): string => sealToken(house, 'prefs', leadId)

/** Whose preferences a token opens; null for a token that is not ours, or of nobody any more. */
export async function leadOfPrefs(house: House, token: string): Promise<string | null> {
  const leadId = z.uuid().safeParse(openToken(house, 'prefs', token))
  if (!leadId.success) return null
  const [row] = await house.db.query<{ id: string | null }>('SELECT lead_root($1) AS id', [leadId.data])
  return row?.id ?? null
}

export async function readPrefs(sql: Sql, house: Pick<House, 'clock'>, leadId: string): Promise<Prefs> {
  const [row] = await sql.query<{ marketing: string; pausedUntil: Date | null }>(
    'SELECT marketing, paused_until AS "pausedUntil" FROM leads WHERE id = lead_root($1)',
    [leadId],
  )
  const until = row?.pausedUntil ?? null
  return {
    stopped: row?.marketing === 'denied',
    undecided: row?.marketing === 'default',
    pausedUntil: until && until > house.clock.now() ? until : null,
  }
}

/** Nothing of marketing until then; what is planned waits. Null ends the rest. */
export async function pause(house: House, leadId: string, until: Date | null): Promise<void> {
  await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    const now = house.clock.now()
    await tx.query('UPDATE leads SET paused_until = $2, updated_at = $3, version = version + 1 WHERE id = $1', [
      lead.id,
      until,
      now,
    ])
    const data = { until: until?.toISOString() ?? null }
    await record(tx, [{ leadId: lead.id, at: now, kind: 'pause', actor: 'customer', key: now.toISOString(), data }])
  })
}

export async function stop(house: House, leadId: string): Promise<void> {
  await tryTransaction(house.db, (tx) => optOut(tx, house, leadId))
}

/** He wants to hear from us again. */
export async function resume(house: House, leadId: string): Promise<void> {
  if ((await readPrefs(house.db, house, leadId)).stopped) await grant(house, leadId)
  await pause(house, leadId, null)
}

/** He says yes himself. */
export async function grant(house: House, leadId: string): Promise<void> {
  await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    if (lead.marketing !== 'granted')
      await setConsent(tx, house, {
        leadId: lead.id,
        purpose: 'marketing',
        granted: true,
        source: 'page',
        by: 'customer',
      })
  })
}
