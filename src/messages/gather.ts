import { createHash } from 'node:crypto'
import { milliseconds } from '../clock.ts'
import type { Channel } from '../define.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { notPaused } from './outgoing.ts'
import { forChannel, type MessageRow, messageColumns } from './row.ts'

const atOnce = 2_000

/**
 * Puts due messages of merging channels into the open task of their merge key, or opens one that closes after the playbook's
 * window. A task with no window, or with a message a person sends himself, closes at once, with all that was due together.
 * @returns true when there is more to gather
 */
export async function gather(house: House, channels: readonly string[]): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const windowCloses = new Date(now.getTime() + milliseconds(playbook.groupSend.window))
  const count = await house.db.transaction(async (tx) => {
    const due = await tx.query<MessageRow>(
      `SELECT ${messageColumns('m')} FROM messages m WHERE m.state = 'planned' AND m.batch_id IS NULL AND m.channel = ANY($1)
         AND m.due_at <= $2 AND (m.claimed_until IS NULL OR m.claimed_until < $2) AND ${notPaused('m.channel')}
       ORDER BY m.due_at, m.id LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [channels, now, atOnce],
    )
    const groups = new Map<string, { channel: string; key: string; sender: string; ids: string[]; waits: boolean }>()
    for (const row of due) {
      const channel = house.shelves.channels.get(row.channel) as Channel
      const key = hash(JSON.stringify(channel.merge?.(forChannel(row))))
      const group = groups.get(`${row.channel}\0${key}`) ?? {
        channel: row.channel,
        key,
        sender: row.sender ?? '',
        ids: [],
        waits: true,
      }
      group.ids.push(row.id)
      // Somebody stands there and waits for his own message; the window is for what the machine gathers.
      group.waits &&= !row.personal
      groups.set(`${row.channel}\0${key}`, group)
    }
    // One order of keys for every worker, so that two never wait for each other in a circle.
    for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [batch] = await tx.query<{ id: string; closesAt: Date }>(
        `INSERT INTO batches (id, channel, merge_key, sender, state, closes_at, created_at) VALUES ($1, $2, $3, $4, 'gathering', $5, $6)
         ON CONFLICT (channel, merge_key) WHERE state = 'gathering' DO UPDATE SET closes_at = least(batches.closes_at, excluded.closes_at)
         RETURNING id, closes_at AS "closesAt"`,
        [newId(house.clock), group.channel, group.key, group.sender, group.waits ? windowCloses : now, now],
      )
      await tx.query(
        `UPDATE messages SET batch_id = $2, waits_for = CASE WHEN $3::timestamptz > $4 THEN jsonb_build_object('kind', 'time', 'until', $5::text) END
         WHERE id = ANY($1)`,
        [group.ids, batch?.id, batch?.closesAt, now, batch?.closesAt.toISOString()],
      )
    }
    if (groups.size > 0) tx.afterCommit(() => house.wake.up('close-batches'))
    return due.length
  })
  return count === atOnce
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')
