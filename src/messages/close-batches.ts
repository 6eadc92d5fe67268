import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { Channel } from '../define.ts'
import type { House } from '../house.ts'
import type { Rules } from '../playbook/keep.ts'
import { type BatchRow, batchFor, claimBatches } from './batch.ts'
import { lookAgain } from './check.ts'
import { claimMs } from './claim.ts'
import { shareLink } from './links.ts'
import { recordTask, type Task } from './record-task.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { readGuardFacts } from './rule-facts.ts'
import { type Fate, fateOf, settle } from './settle.ts'
import { counting, lockPeople, type Taken } from './together.ts'
import { findLapsed } from './words.ts'

const factsAtOnce = 500

/**
 * Gives tasks whose window has closed to WeCom: looks again at every message, commits, then makes the one call.
 * @returns true when there may be more
 */
export async function closeBatches(house: House): Promise<boolean> {
  const [batch] = await claimBatches(house, 'gathering', 1)
  if (!batch) return false
  const going = await start(house, batch)
  if (going.length > 0) await send(house, batch, going)
  return true
}

/** Turns what may go into `sending`; settles the rest. */
async function start(house: House, batch: BatchRow): Promise<MessageRow[]> {
  const rules = await house.playbook.current()
  const channel = house.shelves.channels.get(batch.channel) as Channel
  return house.db.transaction(async (tx) => {
    const now = house.clock.now()
    const mine = await tx.query(
      `SELECT 1 FROM batches WHERE id = $1 AND state = 'gathering' AND claimed_until = $2 FOR UPDATE`,
      [batch.id, batch.claimedUntil],
    )
    if (mine.length === 0) return []
    await lockPeople(tx, batch.id)
    const gathered = await tx.query<MessageRow>(
      `SELECT ${messageColumns('m')} FROM messages m WHERE m.batch_id = $1 AND m.state = 'planned' ORDER BY m.id`,
      [batch.id],
    )
    if (await leftForMorning(tx, rules, batch, gathered, now)) return []
    const most = channel.mergeMost ?? gathered.length
    const expiresAt = new Date(now.getTime() + milliseconds(rules.playbook.groupSend.expires))
    const taken: Taken[] = []
    for (let from = 0; from < gathered.length; from += factsAtOnce) {
      const rows = gathered.slice(from, from + factsAtOnce)
      const leadIds = rows.flatMap((row) => row.leadId ?? [])
      const facts = await readGuardFacts(tx, rules, leadIds, now)
      const count = counting(facts)
      for (const earlier of taken) count(earlier)
      const lapsed = await findLapsed(
        tx,
        rows.flatMap((row) => row.contentId ?? []),
        now,
      )
      const kept: { row: MessageRow; fate: Fate }[] = []
      for (const row of rows) {
        const fate = lookAgain(house, rules, row, facts.get(row.leadId ?? '') ?? null, now, lapsed)
        if (fate) kept.push({ row, fate })
        else if (taken.length < most) {
          const goes = { row, personId: facts.get(row.leadId ?? '')?.id ?? null, at: now, until: expiresAt }
          taken.push(goes)
          count(goes)
        }
      }
      await settle(tx, house, kept, 'planned')
    }
    const going = taken.map(({ row }) => row.id)
    // What did not fit, and what was put off, is gathered anew.
    await tx.query(`UPDATE messages SET batch_id = NULL WHERE batch_id = $1 AND NOT id = ANY($2)`, [batch.id, going])
    const rows = await tx.query<MessageRow>(
      `UPDATE messages m SET state = 'sending', attempts = attempts + 1, waits_for = NULL, reason = NULL
       WHERE m.batch_id = $1 AND m.state = 'planned' RETURNING ${messageColumns('m')}`,
      [batch.id],
    )
    await tx.query(
      `UPDATE batches SET state = $2, claimed_until = $3, attempts = attempts + 1, expires_at = $4, created_at = $5 WHERE id = $1`,
      [batch.id, rows.length > 0 ? 'sending' : 'done', new Date(now.getTime() + claimMs), expiresAt, now],
    )
    rows.sort((a, b) => (a.id < b.id ? -1 : 1))
    return shareLink(tx, house, batch.id, rows)
  })
}

/**
 * A task rings on the phone of whoever has to confirm it. What only nurtures waits until he is awake, though the customer, on
 * another clock, is already; what somebody sends himself, or a customer waits for, does not.
 */
async function leftForMorning(
  tx: Transaction,
  { calendar }: Rules,
  batch: BatchRow,
  gathered: readonly MessageRow[],
  now: Date,
): Promise<boolean> {
  const morning = calendar.noticeQuietEnds(now)
  if (morning === null || morning <= now) return false
  if (gathered.some(({ personal, purpose }) => personal || purpose !== 'marketing')) return false
  await tx.query('UPDATE batches SET closes_at = $2, claimed_until = NULL WHERE id = $1', [batch.id, morning])
  await tx.query(
    `UPDATE messages SET waits_for = jsonb_build_object('kind', 'time', 'until', $2::text) WHERE batch_id = $1`,
    [batch.id, morning.toISOString()],
  )
  return true
}

async function send(house: House, batch: BatchRow, rows: readonly MessageRow[]): Promise<void> {
  const channel = house.shelves.channels.get(batch.channel) as Channel
  let fates: { row: MessageRow; fate: Fate }[]
  let task: Omit<Task, 'from'>
  try {
    const outcome = await channel.send(batchFor(batch, rows), house)
    const failed = new Map(outcome.failed?.map(({ messageId, reason }) => [messageId, reason]))
    const sent: Fate = { state: 'sent', at: house.clock.now(), wecomId: outcome.wecomId }
    const waits = outcome.state === 'waiting' ? rows.filter((row) => !failed.has(row.id)) : []
    fates = rows.flatMap((row): { row: MessageRow; fate: Fate }[] => {
      const reason = failed.get(row.id)
      if (reason) return [{ row, fate: { state: 'failed', reason } }]
      return outcome.state === 'sent' ? [{ row, fate: sent }] : []
    })
    task = { state: waits.length > 0 ? 'waiting' : 'done', wecomId: outcome.wecomId, reason: null, waits }
  } catch (error) {
    const now = house.clock.now()
    fates = rows.map((row) => ({ row, fate: fateOf(error, row, { now, repeats: channel.repeats?.(row) ?? false }) }))
    // What may be tried again is gathered anew, with what came meanwhile.
    const unknown = fates.some(({ fate }) => fate.state === 'unknown')
    const reason = {
      id: unknown ? 'unknown' : 'failed',
      message: error instanceof Error ? error.message : String(error),
    }
    task = { state: unknown ? 'unknown' : 'failed', reason, waits: [] }
  }
  await house.db.transaction(async (tx) => {
    await settle(tx, house, fates, 'sending')
    await recordTask(tx, house, batch, { ...task, from: 'sending' })
  })
}
