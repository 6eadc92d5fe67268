import type { Transaction } from '../db.ts'
import type { LeadFacts } from './facts.ts'
import type { MessageRow } from './row.ts'

/** A message that goes with others in one task. */
export interface Taken {
  row: MessageRow
  /** The lead that speaks for its person. */
  personId: string | null
  at: Date
  /** The member may confirm it up to then. */
  until: Date
}

/**
 * Everybody in a task is held while caps are counted, in one order for all who do so, so that two tasks for one person see each
 * other go; then their companies, likewise.
 */
export async function lockPeople(tx: Transaction, batchId: string): Promise<void> {
  const people = `SELECT lead_root(m.lead_id) FROM messages m WHERE m.batch_id = $1 AND m.state = 'planned' AND m.purpose <> 'notice'`
  await tx.query(`SELECT 1 FROM leads WHERE id IN (${people}) ORDER BY id FOR NO KEY UPDATE`, [batchId])
  await tx.query(
    `SELECT pg_advisory_xact_lock(a.key) FROM (SELECT DISTINCT hashtextextended('account:' || account_of_lead(l.id, l.company), 0) AS key
       FROM leads l WHERE l.id IN (${people}) AND account_of_lead(l.id, l.company) IS NOT NULL ORDER BY 1) a`,
    [batchId],
  )
}

/** Counts what goes along for those who are looked at after it: the same person, and others of his company. */
export function counting(facts: ReadonlyMap<string, LeadFacts>): (taken: Taken) => void {
  const leads = [...new Set(facts.values())]
  const people = grouped(leads, ({ id }) => id)
  const accounts = grouped(leads, ({ account }) => account)
  return ({ row, personId, at, until }) => {
    const { id, purpose, channel, priority, account } = row
    const send = { id, state: 'sending', purpose, channel, priority, at, until }
    for (const lead of people.get(personId ?? '') ?? []) lead.sends.push(send)
    if (purpose !== 'marketing' || account === null) return
    for (const lead of accounts.get(account) ?? []) lead.accountSends.push(send)
  }
}

function grouped<T>(items: readonly T[], key: (item: T) => string | null): Map<string | null, T[]> {
  const groups = new Map<string | null, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
