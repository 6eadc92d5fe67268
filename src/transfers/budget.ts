import { milliseconds } from '../clock.ts'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

/** How many transfers WeCom still allows for one customer. */
export interface Budget {
  max: number
  left: number
  /** When the next one becomes free; null: one is free now. */
  freeAt: Date | null
}

/**
 * WeCom lets one customer be handed over twice in 90 days (https://developer.work.weixin.qq.com/document/path/92125). Those begun
 * in the admin console we cannot see, until WeCom refuses one with 40128: that closes the budget.
 */
export async function readBudget(sql: Sql, house: House, externalUserId: string): Promise<Budget> {
  const { max, within } = (await house.playbook.current()).playbook.transfer
  const span = milliseconds(within)
  const rows = await sql.query<{ askedAt: Date; usedUp: boolean }>(
    `SELECT asked_at AS "askedAt", state = 'failed' AS "usedUp" FROM transfers
     WHERE external_userid = $1 AND asked_at > $2 AND way = 'present' AND (state IN ('wanted', 'asked', 'done') OR fault_id = 'wecom_40128')
     ORDER BY asked_at`,
    [externalUserId, new Date(house.clock.now().getTime() - span)],
  )
  const spent = rows.filter(({ usedUp }) => !usedUp)
  const last = rows.at(-1)
  const left = last?.usedUp ? 0 : Math.max(0, max - spent.length)
  const frees = spent[Math.max(0, spent.length - max)] ?? last
  return { max, left, freeAt: left > 0 || !frees ? null : new Date(frees.askedAt.getTime() + span) }
}
