import type { Transaction } from '../db.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { isErrcode } from '../wecom/failure.ts'
import { type GroupChat, getGroupChat } from '../wecom/groups.ts'
import { inParallel } from './parallel.ts'
import { registered } from './staff.ts'

/** WeCom updates a group a moment after it says so. */
const quietMs = 2_000
const claimMs = 60_000
const batch = 50

/** Customer groups changed; they are only marked, and fetched when they have been quiet for 2 s. */
export async function markGroups(
  tx: Transaction,
  house: House,
  rows: readonly { chatId: string; dismissed: boolean; at: Date }[],
): Promise<void> {
  if (rows.length === 0) return
  const last = new Map<string, Date | null>()
  for (const { chatId, dismissed, at } of rows) last.set(chatId, last.get(chatId) ?? (dismissed ? at : null))
  const marks = [...last].sort(([a], [b]) => (a < b ? -1 : 1))
  await tx.query(
    `INSERT INTO group_chats AS g (chat_id, stale_since, dismissed_at) SELECT id, CASE WHEN dismissed IS NULL THEN $3::timestamptz END, dismissed
     FROM unnest($1::text[], $2::timestamptz[]) AS t(id, dismissed)
     ON CONFLICT (chat_id) DO UPDATE SET stale_since = excluded.stale_since, dismissed_at = coalesce(g.dismissed_at, excluded.dismissed_at)`,
    [marks.map(([id]) => id), marks.map(([, dismissed]) => dismissed), house.clock.now()],
  )
}

/** Fetches groups that were marked and are quiet. @returns true when there may be more */
export async function refreshGroups(house: House): Promise<boolean> {
  const now = house.clock.now()
  const claimed = new Date(now.getTime() + claimMs)
  const due = await house.db.query<{ chatId: string }>(
    `UPDATE group_chats SET stale_since = $2 WHERE chat_id IN (
       SELECT chat_id FROM group_chats WHERE stale_since <= $1 AND dismissed_at IS NULL ORDER BY stale_since LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING chat_id AS "chatId"`,
    [new Date(now.getTime() - quietMs), claimed, batch],
  )
  await inParallel(due, 5, ({ chatId }) => refreshGroup(house, chatId, claimed))
  return due.length === batch
}

async function refreshGroup(house: House, chatId: string, claimed: Date): Promise<void> {
  try {
    const group = await getGroupChat(house.wecom, chatId)
    const spell = await registered(house.db, house, group.owner ? [group.owner] : [])
    await house.db.transaction(async (tx) => {
      const mine = await tx.query(
        `UPDATE group_chats SET owner = $3, name = $4, member_version = $5, stale_since = NULL WHERE chat_id = $1 AND stale_since = $2 RETURNING 1`,
        [chatId, claimed, group.owner ? spell(group.owner) : null, group.name, group.member_version ?? null],
      )
      if (mine.length > 0) await keepMembers(tx, chatId, group)
    })
  } catch (error) {
    if (isErrcode(error, 49008)) {
      await house.db.query('UPDATE group_chats SET dismissed_at = $2, stale_since = NULL WHERE chat_id = $1', [
        chatId,
        house.clock.now(),
      ])
    } else if (error instanceof GiveUp) {
      house.log.warn({ chatId, reason: error.reason }, 'WeCom will not show this group')
      await house.db.query('UPDATE group_chats SET stale_since = NULL WHERE chat_id = $1 AND stale_since = $2', [
        chatId,
        claimed,
      ])
    } else house.log.warn({ chatId, err: error }, 'group will be fetched again')
  }
}

/** WeCom: 1 is a member of ours, 2 a customer. */
const staffMember = 1

/** Who is in a group now. */
async function keepMembers(tx: Transaction, chatId: string, { member_list }: GroupChat): Promise<void> {
  await tx.query('DELETE FROM group_members WHERE chat_id = $1', [chatId])
  await tx.query(
    `INSERT INTO group_members (chat_id, member, is_staff, joined_at) SELECT $1, member, is_staff, to_timestamp(joined) FROM unnest($2::text[], $3::boolean[], $4::float8[]) AS t(member, is_staff, joined)
     ON CONFLICT DO NOTHING`,
    [
      chatId,
      member_list.map(({ userid }) => userid),
      member_list.map(({ type }) => type === staffMember),
      member_list.map(({ join_time }) => join_time ?? null),
    ],
  )
}
