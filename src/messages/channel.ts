/** What a channel sees of messages: enough to send them, nothing of why they were planned. */

export interface Attachment {
  kind: 'link' | 'image' | 'miniprogram' | 'video' | 'file'
  title?: string
  description?: string
  url?: string
  picUrl?: string
  mediaId?: string
  appId?: string
  page?: string
}

/** The words as they will be sent. `card` is WeCom's own template_card object without task_id. */
export interface Rendered {
  text: string
  attachments?: Attachment[]
  card?: Record<string, unknown>
}

export interface ChannelMessage {
  id: string
  leadId: string | null
  purpose: string
  contentId: string | null
  contentVersion: number | null
  channel: string
  sender: string | null
  recipient: string | null
  body: Rendered
  /** What only the channel understands: `code` of a welcome, `openKfId`, `taskId` of a card … */
  extra: Record<string, unknown>
  expiresAt: Date | null
  attempts: number
}

/** One call of WeCom's: a single message, or several that the channel merges into one task. */
export interface Batch {
  id: string
  sender: string | null
  wecomId: string | null
  messages: readonly ChannelMessage[]
}

export interface Reason {
  id: string
  message: string
}

/** What became of the call. `waiting`: WeCom took the task, a member has to confirm it. */
export interface Outcome {
  state: 'sent' | 'waiting'
  wecomId?: string | undefined
  /** Messages of the batch that did not make it, each with its reason. */
  failed?: readonly { messageId: string; reason: Reason }[]
}

export interface PollResult {
  /** False: ask again later. */
  done: boolean
  results: readonly { messageId: string; state: 'sent' | 'failed' | 'expired'; reason?: Reason; at?: Date }[]
}
