import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Reason } from './channel.ts'
import { tellTimeline } from './settle.ts'

/** WeCom's fail_type (doc page 94670). */
const whys: Record<number, string> = {
  1: '客服账号已删除',
  2: '应用已关闭',
  4: '距客户上一句话已超过 48 小时',
  5: '会话已结束',
  6: '客户上一句话之后已发满 5 条',
  7: '没有关联视频号',
  8: '主体未认证',
  9: '没有关联视频号且主体未认证',
  10: '客户拒收',
  11: '企业没有成员登录企业微信 App',
  12: '这种消息不能发给客服组件里的客户',
}

/**
 * WeCom says later that a 客服 message did not arrive, by the msgid it was sent with: our message id without dashes. A msgid
 * that is not ours changes nothing.
 */
export async function kfSendFailed(tx: Transaction, house: House, msgid: string, failType: number): Promise<void> {
  const hex = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(msgid)
  if (!hex) return
  const reason: Reason = { id: 'not_reachable', message: `客服消息没有送达：${whys[failType] ?? `原因 ${failType}`}` }
  const rows = await tx.query<{ id: string; leadId: string | null; channel: string }>(
    `UPDATE messages SET state = 'failed', reason = $2, sent_at = NULL, claimed_until = NULL
     WHERE id = $1 AND state IN ('sending', 'sent', 'unknown', 'planned') RETURNING id, lead_id AS "leadId", channel`,
    [hex.slice(1).join('-'), JSON.stringify(reason)],
  )
  for (const { channel } of rows) house.metrics.messages.inc({ channel, state: 'failed' })
  await tellTimeline(
    tx,
    house,
    rows.map((row) => ({ row, state: 'failed', reason })),
  )
}
