import { milliseconds } from '../clock.ts'
import type { Sql, Transaction } from '../db.ts'
import type { Channel } from '../define.ts'
import { RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { type BatchRow, batchFor, claimBatches } from './batch.ts'
import { staleCards } from './cards.ts'
import type { Batch, PollResult } from './channel.ts'
import { readOutgoing } from './outgoing.ts'
import { firstLookMs } from './record-task.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { type Fate, settle } from './settle.ts'
import { tellManager } from './tell-manager.ts'

/** Between taking a task back and believing that nobody was just confirming it. */
const settleMs = 30_000

/**
 * Brings back what became of tasks that wait for a member: results, reminders, withdrawal when nobody confirms in time or when
 * somebody in it must not be written to any more.
 * @returns true when there may be more
 */
export async function pollBatches(house: House): Promise<boolean> {
  const batches = await claimBatches(house, 'waiting', 10)
  for (const batch of batches) {
    try {
      await poll(house, batch)
    } catch (error) {
      house.log.warn({ err: error, batchId: batch.id }, 'task not looked at; tried again')
      await nextLook(house.db, house, batch, error instanceof RetryLater ? error.afterMs : 60_000)
    }
  }
  return batches.length === 10
}

type Waiting = MessageRow & { held: string | null }

async function poll(house: House, batch: BatchRow): Promise<void> {
  const channel = house.shelves.channels.get(batch.channel) as Channel
  const now = house.clock.now()
  const rows = await house.db.query<Waiting>(
    `SELECT ${messageColumns('m')}, m.held FROM messages m WHERE m.batch_id = $1 AND m.state = 'waiting' ORDER BY m.id`,
    [batch.id],
  )
  const task = batchFor(batch, rows)
  const late = batch.expiresAt !== null && batch.expiresAt <= now
  const found: PollResult =
    rows.length > 0 && channel.poll ? await channel.poll.result(task, house) : { done: true, results: [] }
  const fates = fatesOf(rows, found, now)
  const told = new Set(fates.map(({ row }) => row.id))
  const rest = rows.filter((row) => !told.has(row.id))
  const withdrawn = batch.reason !== null
  const over = found.done || withdrawn || rest.length === 0
  if (over) for (const row of rest) fates.push({ row, fate: withdrawn ? endOf(row, late, now) : takenBack })
  await house.db.transaction(async (tx) => {
    await settle(tx, house, fates, 'waiting')
    await learnShut(tx, batch, rows, found, now)
    if (over) {
      await tx.query(`UPDATE batches SET state = $2, claimed_until = NULL WHERE id = $1`, [
        batch.id,
        late && rest.length > 0 ? 'expired' : 'done',
      ])
      await staleCards(tx, house, { subject: batch.id }, withdrawn ? '已撤回' : '已处理')
      tx.afterCommit(() => house.wake.up('deliver'))
    } else await nextLook(tx, house, batch, pauseOf(channel, batch, now))
  })
  if (over) return
  if (late || rest.some(({ held }) => held !== null)) await withdraw(house, channel, batch, batchFor(batch, rest), late)
  else {
    await escalate(house, batch, rest.length)
    await remind(house, channel, batch, task)
  }
}

/** Tells the member's manager, once, that nobody confirms. */
async function escalate(house: House, batch: BatchRow, count: number): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  if (now.getTime() - batch.createdAt.getTime() < milliseconds(playbook.groupSend.escalateAfter)) return
  await house.db.transaction(async (tx) => {
    const [mine] = await tx.query<{ name: string }>(
      `UPDATE batches b SET escalated_at = $2 WHERE b.id = $1 AND b.escalated_at IS NULL
       RETURNING coalesce((SELECT nullif(s.name, '') FROM staff s WHERE s.userid = b.sender), b.sender) AS name`,
      [batch.id, now],
    )
    if (!mine) return
    await tellManager(tx, house, batch.sender, {
      key: `group-send-overdue:${batch.id}`,
      words: 'group-send-overdue',
      leadId: null,
      variables: { rep: { name: mine.name }, count, due: batch.expiresAt ? calendar.say(batch.expiresAt) : '不久' },
    })
  })
}

/** What results tell of WeCom's own limits is kept for everything that is planned after. */
async function learnShut(
  tx: Transaction,
  { channel }: BatchRow,
  rows: readonly Waiting[],
  { results }: PollResult,
  now: Date,
): Promise<void> {
  const recipients = new Map(rows.map(({ id, recipient }) => [id, recipient]))
  const shut = results.flatMap(({ messageId, shutUntil }) => {
    const recipient = recipients.get(messageId)
    return shutUntil && recipient ? [{ recipient, until: shutUntil }] : []
  })
  if (shut.length === 0) return
  await tx.query(
    `INSERT INTO channel_shut (channel, recipient, until, learnt_at)
     SELECT $1, r, max(u), $4 FROM unnest($2::text[], $3::timestamptz[]) AS t(r, u) GROUP BY r
     ON CONFLICT (channel, recipient) DO UPDATE SET until = greatest(channel_shut.until, excluded.until), learnt_at = excluded.learnt_at`,
    [channel, shut.map(({ recipient }) => recipient), shut.map(({ until }) => until), now],
  )
}

/** Takes a task back; the next look, a little later, tells what was sent all the same. */
async function withdraw(house: House, channel: Channel, batch: BatchRow, task: Batch, late: boolean): Promise<void> {
  await channel.withdraw?.(task, house)
  const message = late ? '成员没有在期限内确认，任务已撤回' : '有客户不应再收到，任务已撤回重发'
  await house.db.query('UPDATE batches SET reason = $2, poll_at = $3 WHERE id = $1', [
    batch.id,
    JSON.stringify({ id: 'withdrawn', message }),
    new Date(house.clock.now().getTime() + settleMs),
  ])
}

const fatesOf = (rows: readonly Waiting[], { results }: PollResult, now: Date): { row: Waiting; fate: Fate }[] => {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return results.flatMap(({ messageId, state, reason, at }): { row: Waiting; fate: Fate }[] => {
    const row = byId.get(messageId)
    if (!row) return []
    if (state === 'sent') return [{ row, fate: { state, at: at ?? now } }]
    return [{ row, fate: { state, reason: reason ?? { id: 'failed', message: '没有送达' } } }]
  })
}

const takenBack: Fate = { state: 'failed', reason: { id: 'taken_back', message: '群发任务已在企业微信里被撤回' } }

/** What becomes of a message nobody confirmed, once we took its task back. */
function endOf(row: Waiting, late: boolean, now: Date): Fate {
  if (row.held !== null) return { state: 'cancelled', reason: { id: 'cancelled', message: row.held } }
  if (late) return { state: 'expired', reason: { id: 'unconfirmed', message: '成员没有在期限内确认群发' } }
  return { state: 'planned', dueAt: now, reason: null, waitsFor: 'time' }
}

const pauseOf = (channel: Channel, batch: BatchRow, now: Date): number =>
  Math.min(
    Math.max(firstLookMs, (now.getTime() - batch.createdAt.getTime()) / 10),
    milliseconds(channel.poll?.every ?? '10m'),
  )

async function nextLook(sql: Sql, house: House, batch: BatchRow, pauseMs: number): Promise<void> {
  await sql.query('UPDATE batches SET poll_at = $2, claimed_until = NULL WHERE id = $1', [
    batch.id,
    new Date(house.clock.now().getTime() + pauseMs),
  ])
}

/** Asks the member again, in working hours, at the playbook's pace. */
async function remind(house: House, channel: Channel, batch: BatchRow, task: Batch): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const { remindAfter, maxReminders } = playbook.groupSend
  const now = house.clock.now()
  const last = batch.remindedAt ?? batch.createdAt
  if (!channel.remind || batch.reminded >= maxReminders || now.getTime() - last.getTime() < milliseconds(remindAfter))
    return
  const outgoing = await readOutgoing(house.db)
  if (outgoing.paused || outgoing.channels.includes(batch.channel) || !calendar.isWorking(now)) return
  await house.db.query('UPDATE batches SET reminded = reminded + 1, reminded_at = $2 WHERE id = $1', [batch.id, now])
  await channel.remind(task, house)
}
