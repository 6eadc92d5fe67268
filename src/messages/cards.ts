import type { Sql, Transaction } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { notPaused } from './outgoing.ts'

/** A card in a member's hands, and what its buttons should say by now. */
export interface StaleCard {
  taskId: string
  userid: string
  channel: string
  /** WeCom's code for this one change. */
  responseCode: string
  shows: string
}

/** What a card asks: an offer, or something else by its id; or this one card, whatever it asks. */
export type CardAbout = { offerId: string } | { subject: string } | { taskId: string }

/**
 * Cards about something should say how it ended. The code of the press, when there was one, is used before the code of the sending:
 * each is good for one change.
 */
export async function staleCards(
  tx: Transaction,
  house: House,
  about: CardAbout,
  shows: string,
  pressed?: { taskId: string; responseCode: string },
): Promise<void> {
  const [column, value] =
    'offerId' in about
      ? ['offer_id', about.offerId]
      : 'subject' in about
        ? ['subject', about.subject]
        : ['task_id', about.taskId]
  const rows = await tx.query(
    `UPDATE cards SET state = 'stale', update_at = $2, tries = 0,
       shows = jsonb_strip_nulls(jsonb_build_object('text', $3::text, 'code', CASE WHEN task_id = $4 THEN $5::text END))
     WHERE ${column} = $1 RETURNING 1`,
    [value, house.clock.now(), shows, pressed?.taskId ?? null, pressed?.responseCode || null],
  )
  if (rows.length > 0) tx.afterCommit(() => house.wake.up('update-cards'))
}

/** Writes down a card before it is sent, so that a press that comes at once finds it. */
export async function keepCard(
  sql: Sql,
  card: { taskId: string; messageId: string; offerId: string | null; subject: string | null; userid: string },
  at: Date,
): Promise<void> {
  await sql.query(
    `INSERT INTO cards (task_id, message_id, offer_id, userid, sent_at, subject) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (task_id) DO NOTHING`,
    [card.taskId, card.messageId, card.offerId, card.userid, at, card.subject],
  )
}

const atOnce = 20
const leaseMs = 30_000
const mostTries = 20
/** A card that is still on its way has no code yet. */
const codePauseMs = 3_000

interface Row {
  taskId: string
  userid: string
  channel: string
  sentCode: string | null
  shows: { text: string; code?: string }
  updateAt: Date
  tries: number
}

/**
 * Changes stale cards in WeCom.
 * @returns true when there may be more
 */
export async function updateCards(house: House): Promise<boolean> {
  const now = house.clock.now()
  const rows = await house.db.query<Row>(
    `UPDATE cards c SET update_at = $2, tries = tries + 1
     FROM (SELECT p.task_id, m.channel FROM cards p JOIN messages m ON m.id = p.message_id
           WHERE p.state = 'stale' AND p.update_at <= $1 AND ${notPaused('m.channel')}
           ORDER BY p.update_at LIMIT ${atOnce} FOR UPDATE OF p SKIP LOCKED) s
     WHERE c.task_id = s.task_id
     RETURNING c.task_id AS "taskId", c.userid, s.channel, c.response_code AS "sentCode", c.shows, c.update_at AS "updateAt", c.tries`,
    [now, new Date(now.getTime() + leaseMs)],
  )
  for (const row of rows) await updateOne(house, row)
  return rows.length === atOnce
}

async function updateOne(house: House, row: Row): Promise<void> {
  const responseCode = row.shows.code ?? row.sentCode
  const again = (ms: number) => close(house, row, 'stale', new Date(house.clock.now().getTime() + ms))
  if (responseCode === null) return row.tries < mostTries ? again(codePauseMs) : close(house, row, 'failed')
  const { taskId, userid, channel, shows } = row
  try {
    await house.shelves.channels
      .get(channel)
      ?.update?.({ taskId, userid, channel, responseCode, shows: shows.text }, house)
    await close(house, row, 'updated')
  } catch (error) {
    // An unknown outcome is asked again too: a code that did its work is refused, which is as good.
    if (error instanceof GiveUp || row.tries >= mostTries) await close(house, row, 'failed')
    else await again(error instanceof RetryLater ? error.afterMs : 5_000)
    house.log.warn({ err: error, taskId }, 'card not updated')
  }
}

/** Unless somebody wants something else of the card by now. */
async function close(
  house: House,
  row: Row,
  state: 'updated' | 'failed' | 'stale',
  updateAt: Date | null = null,
): Promise<void> {
  await house.db.query(
    `UPDATE cards SET state = $3, update_at = $4,
       response_code = CASE WHEN $3 <> 'stale' AND NOT jsonb_exists($5, 'code') THEN NULL ELSE response_code END
     WHERE task_id = $1 AND update_at = $2 AND state = 'stale'`,
    [row.taskId, row.updateAt, state, updateAt, JSON.stringify(row.shows)],
  )
}
