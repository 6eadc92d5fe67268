/** What a channel sees of messages: enough to send them, nothing of why they were planned. */

export interface Attachment {
  kind: 'link' | 'image' | 'miniprogram' | 'video' | 'file'
  title?: string
  description?: string
  url?: string
  picUrl?: string
  /** A file of the library; the channel gives it to WeCom when it must. */
  file?: string
  mediaId?: string
  appId?: string
  page?: string
}

/** Lines to tap on below the words: each comes back as a message of the customer's with its id. */
export interface Menu {
  lines: readonly { id: string; text: string }[]
  /** Below the lines. */
  tail?: string | undefined
}

/** The words as they will be sent. `card` is WeCom's own template_card object without task_id. */
export interface Rendered {
  text: string
  /** The same words without a word about the reader: what a task for many carries. */
  shared?: string
  attachments?: Attachment[]
  card?: Record<string, unknown>
  menu?: Menu
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
  /** When the task was given to WeCom; for a single message, when it was planned. */
  createdAt: Date
  reminded: number
  remindedAt: Date | null
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
  /** A message of its own that waits for a member ends then. */
  until?: Date | undefined
  /** Messages of the batch that did not make it, each with its reason. */
  failed?: readonly { messageId: string; reason: Reason }[]
}

export interface PollResult {
  /** False: ask again later. */
  done: boolean
  results: readonly {
    messageId: string
    state: 'sent' | 'failed' | 'expired'
    reason?: Reason
    at?: Date
    /** WeCom takes nothing more for this person by this channel until then, whoever asks. */
    shutUntil?: Date
  }[]
}

/** A relation between one of our people and the customer. */
export interface Follow {
  userid: string
  externalUserId: string
  state: 'half' | 'full' | 'deleted_by_us' | 'deleted_by_customer' | 'out_of_scope'
  startedAt: Date
  /** The member works here, inside the app's visible range. */
  active: boolean
}

export interface KfSession {
  openKfId: string
  externalUserId: string
  /** When the customer last wrote. */
  heardAt: Date | null
  /** Our messages since then. */
  said: number
  /** WeCom's service_state; null: unknown. */
  state: number | null
}

/** How the customer, or the member a notice is for, can be reached now. Channels only read it. */
export interface Reach {
  at: Date
  purpose: string
  /** In whose name it must go; null: the channel chooses. */
  sender: string | null
  /** The member a notice is for. */
  recipient: string | null
  extra: Record<string, unknown>
  owner: string | null
  follows: readonly Follow[]
  kf: readonly KfSession[]
}

export type Reached = { ok: true; recipient: string; sender: string | null } | { ok: false; why: string }
