import type { ChannelMessage, Reason, Rendered } from './channel.ts'

export type Purpose = 'welcome' | 'answer' | 'marketing' | 'handover' | 'notice'

export type MessageState =
  | 'planned'
  | 'waiting'
  | 'sending'
  | 'sent'
  | 'failed'
  | 'refused'
  | 'expired'
  | 'cancelled'
  | 'unknown'

/** Why a message has not gone yet. */
export type WaitsFor =
  | { kind: 'time' | 'slot'; until: string }
  /** `for`: what he has to do there: send or confirm it, or say yes to it. */
  | { kind: 'staff'; staff: string; task: string | null; until: string | null; for?: 'approval' | undefined }

/** A message as the database keeps it. */
export interface MessageRow {
  id: string
  key: string
  leadId: string | null
  purpose: Purpose
  contentId: string | null
  contentVersion: number | null
  channel: string
  sender: string | null
  recipient: string | null
  state: MessageState
  waitsFor: WaitsFor | null
  reason: Reason | null
  priority: number
  body: Rendered
  extra: Record<string, unknown>
  dueAt: Date
  expiresAt: Date | null
  claimedUntil: Date | null
  attempts: number
  wecomId: string | null
  batchId: string | null
  plannedBy: string
  personal: boolean
  mayWait: boolean
  account: string | null
  createdAt: Date
  sentAt: Date | null
  /** Code of the tracked link it carries. */
  link: string | null
  /** Channels still to be tried when this one cannot carry it. */
  ways: string[]
  /** Not before. */
  wantedAt: Date | null
  /** Names of red-line rules it touches and may pass. */
  warnings: string[]
  /** The rules it was planned, or refused, by. */
  playbookVersion: number
}

/** The columns of a MessageRow, each after `alias`, for SELECT and RETURNING. */
export const messageColumns = (alias: string): string =>
  (
    [
      ['id'],
      ['key'],
      ['lead_id', 'leadId'],
      ['purpose'],
      ['content_id', 'contentId'],
      ['content_version', 'contentVersion'],
      ['channel'],
      ['sender'],
      ['recipient'],
      ['state'],
      ['waits_for', 'waitsFor'],
      ['reason'],
      ['priority'],
      ['body'],
      ['extra'],
      ['due_at', 'dueAt'],
      ['expires_at', 'expiresAt'],
      ['claimed_until', 'claimedUntil'],
      ['attempts'],
      ['wecom_id', 'wecomId'],
      ['batch_id', 'batchId'],
      ['planned_by', 'plannedBy'],
      ['personal'],
      ['may_wait', 'mayWait'],
      ['account'],
      ['created_at', 'createdAt'],
      ['sent_at', 'sentAt'],
      ['link'],
      ['ways'],
      ['wanted_at', 'wantedAt'],
      ['warnings'],
      ['playbook_version', 'playbookVersion'],
    ] as const
  )
    .map(([column, name]) => (name ? `${alias}.${column} AS "${name}"` : `${alias}.${column}`))
    .join(', ')

/** What a channel may see of a row. */
export function forChannel(row: MessageRow): ChannelMessage {
  const {
    id,
    leadId,
    purpose,
    contentId,
    contentVersion,
    channel,
    sender,
    recipient,
    body,
    extra,
    expiresAt,
    attempts,
  } = row
  return {
    id,
    leadId,
    purpose,
    contentId,
    contentVersion,
    channel,
    sender,
    recipient,
    body,
    extra,
    expiresAt,
    attempts,
  }
}
