import type { Crossed } from '../cadence/red-line.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Reason } from './channel.ts'
import type { LeadFacts, Send } from './facts.ts'
import { type MessageRow, messageColumns, type WaitsFor } from './row.ts'
import { readGuardFacts } from './rule-facts.ts'
import { tellTimeline } from './settle.ts'
import { type Question, standing, waitKind } from './standing.ts'

const mostSteps = 12

export type Placed =
  | { dueAt: Date; waitsFor: WaitsFor | null; ask: readonly Crossed[]; warnings: readonly Crossed[] }
  | { reason: Reason }

/**
 * The first moment from `question.at` on at which every rule holds.
 * @param until it may be put off up to then; null: now or never
 */
export function place(rules: Rules, question: Question, until: Date | null): Placed {
  let { at } = question
  let waitsFor: WaitsFor | null = null
  for (let step = 0; ; step++) {
    const verdict = standing(rules, { ...question, at })
    if (verdict.allowed) return { dueAt: at, waitsFor, ask: verdict.ask, warnings: verdict.warnings }
    const free = verdict.until
    if (!until || !free || free <= at || free >= until || step === mostSteps - 1) return { reason: verdict.reason }
    waitsFor = { kind: waitKind(rules, verdict, { ...question, at }), until: free.toISOString() }
    at = free
  }
}

/**
 * Gives everything that is planned for one person its place anew, the more important first, then the earlier wanted: whoever
 * came later, and however many planned at once, the places are the same. What has been accepted is put off, not refused, as
 * long as it is of use. The caller holds the lead's lock.
 * @returns what moved
 */
export async function arrange(
  tx: Transaction,
  house: House,
  rules: Rules,
  leadId: string,
): Promise<Map<string, Partial<MessageRow>>> {
  const moved = new Map<string, Partial<MessageRow>>()
  const rows = await tx.query<MessageRow>(
    `SELECT ${messageColumns('m')} FROM messages m WHERE m.lead_id IN (SELECT lead_family($1)) AND m.state = 'planned'
       AND m.purpose IN ('marketing', 'handover') AND NOT m.personal
     ORDER BY m.priority DESC, coalesce(m.wanted_at, m.due_at), m.key FOR UPDATE`,
    [leadId],
  )
  if (rows.length < 2) return moved
  const now = house.clock.now()
  const lead = (await readGuardFacts(tx, rules, [leadId], now)).get(leadId)
  if (!lead) return moved
  const mine = new Set(rows.map(({ id }) => id))
  const others = (sends: readonly Send[]) => sends.filter(({ id }) => !mine.has(id))
  const stand: LeadFacts = { ...lead, sends: others(lead.sends), accountSends: others(lead.accountSends) }
  for (const row of rows) {
    const placed = place(rules, questionOf(row, stand, now), row.expiresAt)
    if ('reason' in placed) {
      moved.set(row.id, { state: 'refused', reason: placed.reason, waitsFor: null })
      continue
    }
    const { dueAt, waitsFor } = placed
    occupy(stand, row, dueAt)
    if (dueAt.getTime() === row.dueAt.getTime() || (dueAt <= now && row.dueAt <= now)) continue
    moved.set(row.id, { dueAt, waitsFor: waitsFor ?? { kind: 'time', until: dueAt.toISOString() } })
  }
  await write(tx, house, rows, moved)
  return moved
}

const questionOf = (row: MessageRow, lead: LeadFacts, now: Date): Question => ({
  purpose: row.purpose,
  personal: row.personal,
  at: row.wantedAt && row.wantedAt > now ? row.wantedAt : now,
  lead,
  channel: row.channel,
  // Whether he can be reached is looked at when it leaves.
  reached: { ok: true, recipient: row.recipient ?? '', sender: row.sender },
  seenBefore: false,
  text: row.body.text,
  priority: row.priority,
  urgent: false,
  approved: approvedOf(row),
})

/** Red-line rules a manager has said yes to for this message. */
export const approvedOf = ({ extra }: Pick<MessageRow, 'extra'>): string[] =>
  Array.isArray(extra.approved) ? extra.approved.map(String) : []

/** From here on the message counts for the person, and for his company. */
export function occupy(lead: Pick<LeadFacts, 'sends' | 'accountSends'>, row: MessageRow, at: Date): void {
  const { id, purpose, channel, priority } = row
  const send: Send = { id, state: 'planned', purpose, channel, priority, at, until: null }
  lead.sends.push(send)
  if (purpose === 'marketing') lead.accountSends.push(send)
}

async function write(
  tx: Transaction,
  house: House,
  rows: readonly MessageRow[],
  moved: ReadonlyMap<string, Partial<MessageRow>>,
): Promise<void> {
  if (moved.size === 0) return
  const all = [...moved]
  await tx.query(
    `UPDATE messages m SET state = t.state, reason = t.reason, due_at = coalesce(t.due_at, m.due_at), waits_for = t.waits_for,
       batch_id = NULL, claimed_until = NULL
     FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::jsonb[]) AS t(id, state, reason, due_at, waits_for)
     WHERE m.id = t.id AND m.state = 'planned'`,
    [
      all.map(([id]) => id),
      all.map(([, { state }]) => state ?? 'planned'),
      all.map(([, { reason }]) => (reason ? JSON.stringify(reason) : null)),
      all.map(([, { dueAt }]) => dueAt ?? null),
      all.map(([, { waitsFor }]) => (waitsFor ? JSON.stringify(waitsFor) : null)),
    ],
  )
  const refused = rows.filter(({ id }) => moved.get(id)?.state === 'refused')
  await tellTimeline(
    tx,
    house,
    refused.map((row) => ({ row, state: 'refused', reason: moved.get(row.id)?.reason ?? null })),
  )
}
