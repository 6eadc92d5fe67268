import { z } from 'zod'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { cancelPlanned } from '../messages/cancel.ts'
import { isDeclined } from '../messages/topics.ts'
import { optOut } from './join.ts'
import { openToken, sealToken } from './token.ts'

/** What a customer receives, by his own wish. */
export interface Prefs {
  stopped: boolean
  /** He has said neither yes nor no. */
  undecided: boolean
  pausedUntil: Date | null
  /** What our pieces are about, most first, and what of it he wants to hear. */
  topics: { name: string; wanted: boolean }[]
}

const mostTopics = 12

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
  const topics = await sql.query<Prefs['topics'][number]>(
    `SELECT t.name, NOT EXISTS (SELECT FROM declined_topics d WHERE d.topic = t.name AND d.lead_id IN (SELECT lead_family(lead_root($1)))) AS wanted
     FROM (SELECT need AS name, count(*) AS pieces FROM content c, unnest(c.needs) AS need
           WHERE c.current AND c.retired_at IS NULL AND c.kind <> 'words' GROUP BY need) t
     ORDER BY t.pieces DESC, t.name LIMIT ${mostTopics}`,
    [leadId],
  )
  const until = row?.pausedUntil ?? null
  return {
    stopped: row?.marketing === 'denied',
    undecided: row?.marketing === 'default',
    pausedUntil: until && until > house.clock.now() ? until : null,
    topics,
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

/** What he wants to hear of, out of what we offered him; what was planned about the rest is taken back. */
export async function chooseTopics(house: House, leadId: string, wanted: readonly string[]): Promise<void> {
  await tryTransaction(house.db, async (tx) => {
    const lead = await lockLead(tx, leadId)
    const now = house.clock.now()
    const { topics } = await readPrefs(tx, house, lead.id)
    const declined = topics.filter(({ name }) => !wanted.includes(name)).map(({ name }) => name)
    await tx.query('DELETE FROM declined_topics WHERE lead_id IN (SELECT lead_family($1)) AND topic = ANY($2)', [
      lead.id,
      topics.map(({ name }) => name),
    ])
    await tx.query('INSERT INTO declined_topics (lead_id, topic, at) SELECT $1, unnest($2::text[]), $3', [
      lead.id,
      declined,
      now,
    ])
    const planned = await tx.query<{ id: string }>(
      `SELECT m.id FROM messages m JOIN content c ON c.id = m.content_id AND c.version = m.content_version
       WHERE m.lead_id IN (SELECT lead_family($1)) AND m.purpose = 'marketing' AND NOT m.personal AND m.state IN ('planned', 'waiting') AND ${isDeclined('c', '$1')}`,
      [lead.id],
    )
    await cancelPlanned(
      tx,
      house,
      planned.map(({ id }) => id),
      '客户说不想收这方面的内容',
    )
    await record(tx, [
      { leadId: lead.id, at: now, kind: 'topics', actor: 'customer', key: now.toISOString(), data: { declined } },
    ])
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
