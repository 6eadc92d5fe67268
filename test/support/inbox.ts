import { dispatch } from '../../src/inbox/dispatch.ts'
import { addressOf } from '../../src/inbox/envelope.ts'
import { type IncomingRow, insertInbox, keyOf } from '../../src/inbox/rows.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { hearDue } from '../../src/skills/hear-due.ts'
import type { TestHouse } from './house.ts'

type Fields = Record<string, unknown>

/** A customer-contact event as it stands behind the door. `said` makes two alike differ. */
export const contactEvent = (change: string, ExternalUserID: string, more: Fields = {}): Fields => ({
  FromUserName: 'sys',
  MsgType: 'event',
  Event: 'change_external_contact',
  ChangeType: change,
  UserID: 'LiLei',
  ExternalUserID,
  ...more,
})

/** Words a customer wrote to a 客服 account. */
export const kfText = (external_userid: string, content: string, msgid: string, more: Fields = {}): Fields => ({
  msgid,
  open_kfid: 'wk1',
  external_userid,
  origin: 3,
  msgtype: 'text',
  text: { content },
  ...more,
})

/** The inbox row an event would become. */
export function incoming(house: TestHouse, event: Fields, more: Partial<IncomingRow> = {}): IncomingRow {
  const body = JSON.stringify(event)
  const address =
    'msgtype' in event
      ? { path: `kf/${String(event.msgtype)}`, lane: 'default' as const, subject: String(event.external_userid) }
      : addressOf(event as Parameters<typeof addressOf>[0], house.shelves.handlers)
  return { ...address, body, event, key: keyOf(body), receivedAt: house.clock.now(), ...more }
}

/** Stores events, in order; answers their ids. */
export async function store(house: TestHouse, rows: readonly IncomingRow[]): Promise<number[]> {
  const [before] = await house.db.query<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM inbox')
  await insertInbox(house.db, rows)
  const stored = await house.db.query<{ id: number }>('SELECT id FROM inbox WHERE id > $1 ORDER BY id', [before?.id])
  return stored.map(({ id }) => id)
}

/** Handles everything that is due, in all lanes. */
export async function handleAll(house: TestHouse): Promise<void> {
  for (const lane of ['welcome', 'default', 'storm'] as const) while (await dispatch(house, lane));
  while (await hearDue(house, { patient: false }));
  await whenSent(30_000)
}

export async function states(house: TestHouse, ids: readonly number[]): Promise<string[]> {
  const rows = await house.db.query<{ state: string }>('SELECT state FROM inbox WHERE id = ANY($1) ORDER BY id', [ids])
  return rows.map(({ state }) => state)
}
