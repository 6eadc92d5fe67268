import type { Channel } from '../define.ts'
import type { House } from '../house.ts'
import type { Batch } from './channel.ts'
import { check } from './check.ts'
import { type Claimed, claimDue, expireLate } from './claim.ts'
import { gather } from './gather.ts'
import { forChannel, type MessageRow, type WaitsFor } from './row.ts'
import { type Fate, fateOf, settle } from './settle.ts'

const claimedAtOnce = 24
const inFlight = 6

/**
 * Sends what is due: claim → look again → call, outside any transaction → write down what became of it. Messages of a
 * channel that merges are gathered into tasks instead.
 * @param lane `urgent` has channels that cut in before everything else, a loop and a claim of its own
 * @returns true when there is more to do at once
 */
export async function deliverDue(house: House, lane: 'urgent' | 'normal'): Promise<boolean> {
  const channels = servedHere(house).filter(([, channel]) => Boolean(channel.urgent) === (lane === 'urgent'))
  await expireLate(house)
  const single = channels.filter(([, channel]) => !channel.merge).map(([name]) => name)
  const claimed = single.length > 0 ? await claimDue(house, single, claimedAtOnce) : []
  const waiting = [...claimed]
  await Promise.all(
    Array.from({ length: Math.min(inFlight, waiting.length) }, async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) await deliverClaimed(house, row)
    }),
  )
  const merging = channels.filter(([, channel]) => channel.merge).map(([name]) => name)
  const gathered = merging.length > 0 && (await gather(house, merging))
  return gathered || claimed.length === claimedAtOnce
}

/** Sends one message at once if it is due and in nobody's hands: the short way of what cannot wait for a wake-up. */
export async function deliverNow(house: House, messageId: string): Promise<void> {
  const single = servedHere(house)
    .filter(([, channel]) => !channel.merge)
    .map(([name]) => name)
  for (const row of await claimDue(house, single, 1, messageId)) await deliverClaimed(house, row)
}

/** A bot's process sends what needs the bot, and nothing else; the others all the rest. */
const servedHere = (house: House): [string, Channel][] =>
  [...house.shelves.channels].filter(([, { needs }]) => (needs === 'bot') === (house.bot?.say !== undefined))

async function deliverClaimed(house: House, claimed: Claimed): Promise<void> {
  let row: MessageRow | null
  try {
    row = await check(house, claimed)
  } catch (error) {
    house.log.error(
      { err: error, messageId: claimed.id, channel: claimed.channel },
      'message not looked at; tried again',
    )
    await putBack(house, claimed)
    return
  }
  if (row) await send(house, row)
}

async function send(house: House, row: MessageRow): Promise<void> {
  const channel = house.shelves.channels.get(row.channel) as Channel
  const batch: Batch = {
    id: row.id,
    sender: row.sender,
    wecomId: row.wecomId,
    createdAt: row.createdAt,
    reminded: 0,
    remindedAt: null,
    messages: [forChannel(row)],
  }
  let fate: Fate
  try {
    const outcome = await channel.send(batch, house)
    const failed = outcome.failed?.find(({ messageId }) => messageId === row.id)
    if (failed) fate = { state: 'failed', reason: failed.reason }
    else if (outcome.state === 'sent') fate = { state: 'sent', at: house.clock.now(), wecomId: outcome.wecomId }
    else fate = { state: 'waiting', waitsFor: inHand(row, outcome.until), reason: null }
  } catch (error) {
    fate = fateOf(error, row, { now: house.clock.now(), repeats: channel.repeats?.(row) ?? false })
  }
  await settle(house.db, house, [{ row, fate }], 'sending')
}

function inHand({ sender, expiresAt }: MessageRow, until: Date | undefined): WaitsFor {
  const ends = [until, expiresAt].flatMap((date) => (date ? [date.getTime()] : []))
  const end = ends.length > 0 ? new Date(Math.min(...ends)).toISOString() : null
  return { kind: 'staff', staff: sender ?? '', task: null, until: end }
}

/** A claim we cannot use is opened again soon, not only when it lapses. */
async function putBack(house: House, { id, claimedUntil }: Claimed): Promise<void> {
  const soon = new Date(house.clock.now().getTime() + 2_000)
  await house.db.query(
    `UPDATE messages SET claimed_until = NULL, due_at = $3 WHERE id = $1 AND state = 'planned' AND claimed_until = $2`,
    [id, claimedUntil, soon],
  )
}
