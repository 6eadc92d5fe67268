import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { staleCards } from './cards.ts'
import { plan } from './plan.ts'
import { type MessageRow, messageColumns } from './row.ts'

export interface NoticePress {
  /** Who pressed. */
  userid: string
  card: { taskId: string; responseCode: string }
  /** What the button says from now on. */
  shows: string
  /** Tell him the same again after this duration. */
  again?: string | undefined
}

/**
 * A member answered a notice: the card says so, and the notice comes again where he wished so. The same press heard twice is one.
 */
export async function answerNotice(house: House, { userid, card, shows, again }: NoticePress): Promise<void> {
  await house.db.transaction(async (tx) => {
    const now = house.clock.now()
    const [notice] = await tx.query<MessageRow>(
      `UPDATE messages m SET extra = m.extra || jsonb_build_object('answered', jsonb_build_object('at', $3::timestamptz, 'says', $4::text))
       FROM cards c WHERE c.task_id = $1 AND lower(c.userid) = lower($2) AND m.id = c.message_id AND NOT jsonb_exists(m.extra, 'answered')
       RETURNING ${messageColumns('m')}`,
      [card.taskId, userid, now, shows],
    )
    if (!notice) {
      house.log.info({ taskId: card.taskId }, 'card press told nothing new')
      return
    }
    await staleCards(tx, house, { taskId: card.taskId }, shows, card)
    if (!again) return
    const { key, leadId, recipient, body, extra, plannedBy: by } = notice
    const { answered: _, taskId: __, ...rest } = extra
    await plan(tx, house, {
      ...{ key: `${key}:again:${now.getTime()}`, leadId, purpose: 'notice', recipient, by, extra: rest },
      ...{ text: body.text, card: body.card, dueAt: new Date(now.getTime() + milliseconds(again)) },
    })
  })
}
