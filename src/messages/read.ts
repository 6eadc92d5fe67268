import type { Reason } from './channel.ts'
import type { MessageRow, MessageState, Purpose, WaitsFor } from './row.ts'

/** A message as the API shows it. */
export interface Message {
  id: string
  leadId: string | null
  contentId: string | null
  channel: string
  state: MessageState
  waitsFor: WaitsFor | null
  reason: Reason | null
  purpose: Purpose
  text: string
  sender: string | null
  dueAt: string
  createdAt: string
  sentAt: string | null
}

/** The words of a message are shown to whoever may see its lead; the caller decides who that is. */
export function presentMessage(row: MessageRow): Message {
  return {
    id: row.id,
    leadId: row.leadId,
    contentId: row.contentId,
    channel: row.channel,
    state: row.state,
    waitsFor: row.waitsFor,
    reason: row.reason,
    purpose: row.purpose,
    text: row.body.text,
    sender: row.sender,
    dueAt: row.dueAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  }
}
