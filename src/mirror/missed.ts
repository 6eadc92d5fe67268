import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { insertInbox, keyOf } from '../inbox/rows.ts'
import { forgotten } from '../leads/tombstones.ts'
import { registered } from './staff.ts'
import { askWork, lastDone } from './work.ts'

/** A relation WeCom has and we do not. */
export interface MissedAdd {
  userid: string
  externalUserId: string
  state?: string | undefined
  /** When the relation began. */
  at: Date
}

/** An edit may come before its add; only after this long a relation we do not know counts as missed. */
const missedMs = 30_000

/** The work of comparing one member's relations with WeCom's. */
export const reconcileWork = (userid: string): string => `reconcile:${userid}`

/**
 * Somebody is followed by members of whose relation we never heard: the members' relations are compared with WeCom's soon.
 * Until the first sync is through, that is what it does anyway.
 */
export async function askReconcile(tx: Transaction, house: House, userids: readonly string[]): Promise<void> {
  if (userids.length === 0 || !(await lastDone(tx, 'first-sync'))) return
  const spell = await registered(tx, house, userids)
  const at = new Date(house.clock.now().getTime() + missedMs)
  await askWork(tx, [...new Set(userids.map((userid) => reconcileWork(spell(userid))))], at)
}

const path = 'wecom/change_external_contact/add_external_contact'

/**
 * An add whose event was lost is handled as if it had come: a row in the inbox, the same handler, the same rules. Telling of
 * one relation twice tells it once.
 * @returns how many were new
 */
export async function tellMissed(tx: Transaction, house: House, adds: readonly MissedAdd[]): Promise<number> {
  const gone = await forgotten(
    tx,
    house,
    adds.map((add) => [{ kind: 'externalUserId', value: add.externalUserId }]),
  )
  const missed = adds.filter((_, place) => !gone.has(place))
  if (missed.length === 0) return 0
  const now = house.clock.now()
  const rows = missed.map((add) => {
    const event = {
      ToUserName: house.config.wecom.corpId,
      FromUserName: 'sys',
      CreateTime: String(Math.floor(add.at.getTime() / 1000)),
      MsgType: 'event',
      Event: 'change_external_contact',
      ChangeType: 'add_external_contact',
      UserID: add.userid,
      ExternalUserID: add.externalUserId,
      ...(add.state ? { State: add.state } : {}),
    }
    return {
      path,
      // No welcome waits for it, and a thousand of them must not stand before one that does.
      lane: 'storm' as const,
      subject: add.externalUserId,
      body: JSON.stringify(event),
      event,
      key: keyOf('missed add', add.externalUserId, add.userid.toLowerCase(), event.CreateTime),
      receivedAt: now,
    }
  })
  const stored = await insertInbox(tx, rows)
  if (stored > 0) tx.afterCommit(() => house.wake.up('dispatch-storm'))
  return stored
}
