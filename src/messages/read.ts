import type { House } from '../house.ts'
import type { Reason } from './channel.ts'
import type { MessageRow, MessageState, Purpose, WaitsFor } from './row.ts'

/** A message as the API shows it. */
export interface Message {
  id: string
  leadId: string | null
  contentId: string | null
  channel: string
  state: MessageState
  /** `words` say it to people: 等李明在企业微信里确认群发. */
  waitsFor: (WaitsFor & { words: string }) | null
  reason: Reason | null
  /** The rules it was planned, or refused, by. */
  playbookVersion: number
  /** Red-line rules it touches and may pass. */
  warnings: string[]
  /** Channels that gave it back before, and why. */
  tried: { channel: string; reason: Reason | null }[]
  purpose: Purpose
  text: string
  sender: string | null
  dueAt: string
  createdAt: string
  sentAt: string | null
}

/** The words of messages are shown to whoever may see their leads; the caller decides who that is. */
export async function presentMessages(house: House, rows: readonly MessageRow[]): Promise<Message[]> {
  const people = rows.flatMap(({ waitsFor }) => (waitsFor?.kind === 'staff' ? waitsFor.staff : []))
  const named =
    people.length === 0
      ? []
      : await house.db.query<{ userid: string; name: string }>(
          `SELECT userid, name FROM staff WHERE lower(userid) = ANY($1) AND name <> ''`,
          [[...new Set(people.map((userid) => userid.toLowerCase()))]],
        )
  const names = new Map(named.map(({ userid, name }) => [userid.toLowerCase(), name]))
  return rows.map((row) => ({
    id: row.id,
    leadId: row.leadId,
    contentId: row.contentId,
    channel: row.channel,
    state: row.state,
    waitsFor: row.waitsFor && { ...row.waitsFor, words: sayWaits(house, row, row.waitsFor, names) },
    reason: row.reason,
    playbookVersion: row.playbookVersion,
    warnings: row.warnings,
    tried: Array.isArray(row.extra.tried) ? (row.extra.tried as Message['tried']) : [],
    purpose: row.purpose,
    text: row.body.text,
    sender: row.sender,
    dueAt: row.dueAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  }))
}

/** One message. */
export async function presentMessage(house: House, row: MessageRow): Promise<Message> {
  const [message] = await presentMessages(house, [row])
  return message as Message
}

function sayWaits(
  { shelves }: House,
  { channel }: MessageRow,
  waitsFor: WaitsFor,
  names: ReadonlyMap<string, string>,
): string {
  if (waitsFor.kind !== 'staff') return waitsFor.kind === 'time' ? '等到合适的时间再发' : '排在别的消息后面，等轮到它'
  const who = names.get(waitsFor.staff.toLowerCase())
  if (waitsFor.for === 'approval') return who ? `等${who}批准` : '等主管批准'
  return `等${who ?? waitsFor.staff}${shelves.channels.get(channel)?.waiting ?? '确认'}`
}
