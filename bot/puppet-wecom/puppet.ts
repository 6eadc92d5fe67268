import { Puppet, type payloads, throwUnsupportedError, types } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'
import type { MessageRow } from '../../src/messages/row.ts'
import type { Heard } from '../../src/skills/hear.ts'
import { getGroupChat } from '../../src/wecom/groups.ts'
import {
  changedSince,
  changeTag,
  contactPayload,
  listContacts,
  listTags,
  readContact,
  selfId,
  writeRemark,
} from './contacts.ts'
import { readSaid, say } from './say.ts'

const heartbeatMs = 15_000
const watchMs = 5_000
/** Messages whose words Wechaty may still ask for. */
const mostKept = 2_000

type Raw = { heard: Heard; externalUserId: string } | { said: MessageRow; contactId: string }

/**
 * WeCom for Wechaty, by WeCom's official API and nothing else: contacts are customers and members, tags are the corp's, words
 * come from the inbox and leave through the house's channels. What WeCom's API cannot do says so. Contacts and messages are ids
 * of ours and of WeCom's; `say` answers the id of a message, {@link fate} what it waits for.
 */
export class PuppetWecom extends Puppet {
  private readonly kept = new Map<string, Raw>()
  private readonly timers: NodeJS.Timeout[] = []
  private watched: Date
  private newest: Date

  constructor(private readonly house: House) {
    super()
    this.watched = house.clock.now()
    this.newest = house.clock.now()
  }

  override name = (): string => 'puppet-wecom'
  override version = (): string => '1.0.0'

  async onStart(): Promise<void> {
    this.login(selfId)
    const beat = () => this.emit('heartbeat', { data: 'alive', timeout: heartbeatMs * 3 })
    beat()
    this.timers.push(
      setInterval(beat, heartbeatMs),
      setInterval(() => this.watch().catch((error: Error) => this.emit('error', error)), watchMs),
    )
    queueMicrotask(() => this.emit('ready', { data: 'ready' }))
  }

  async onStop(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer)
    this.kept.clear()
  }

  /** Tells Wechaty what a customer or a member said. */
  async receive(heard: Heard): Promise<string> {
    const externalUserId = heard.speaker === 'staff' ? (heard.userid ?? '') : await this.contactOf(heard)
    this.keep(heard.key, { heard, externalUserId })
    this.emit('message', { messageId: heard.key })
    return heard.key
  }

  /** The words behind a message that {@link receive} told of. */
  heard(messageId: string): Heard | null {
    const raw = this.kept.get(messageId)
    return raw && 'heard' in raw ? raw.heard : null
  }

  /** What became of a message of ours: its state, the channel, what it waits for, why it was not sent. */
  async fate(messageId: string): Promise<Pick<MessageRow, 'state' | 'channel' | 'waitsFor' | 'reason'> | null> {
    const row = await readSaid(this.house, messageId)
    return row && { state: row.state, channel: row.channel, waitsFor: row.waitsFor, reason: row.reason }
  }

  /** Looks for new friends, and for known contacts that changed. */
  async watch(): Promise<void> {
    const now = this.house.clock.now()
    const known = [...(this.cache.contact?.keys() ?? [])]
    for (const id of await changedSince(this.house, known, this.watched))
      this.emit('dirty', { payloadType: types.Dirty.Contact, payloadId: id })
    this.watched = now
    const friends = await this.house.db.query<{ id: string; at: Date }>(
      `SELECT userid || ':' || external_userid AS id, started_at AS at FROM follows
       WHERE state IN ('full', 'half') AND started_at > $1 ORDER BY started_at LIMIT 200`,
      [this.newest],
    )
    for (const { id, at } of friends) {
      this.newest = at
      this.emit('friendship', { friendshipId: id })
    }
  }

  override ding(data?: string): void {
    queueMicrotask(() => this.emit('dong', { data: data ?? '' }))
  }

  // ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  override contactList = (): Promise<string[]> => listContacts(this.house)
  override contactRawPayload = (id: string) => readContact(this.house, id)
  override contactRawPayloadParser = async (raw: Awaited<ReturnType<typeof readContact>>): Promise<payloads.Contact> =>
    contactPayload(raw)
  override contactAlias(contactId: string): Promise<string>
  override contactAlias(contactId: string, alias: string | null): Promise<void>
  override async contactAlias(contactId: string, alias?: string | null): Promise<unknown> {
    if (alias === undefined) return (await readContact(this.house, contactId)).remark ?? ''
    await writeRemark(this.house, contactId, { remark: alias ?? '' })
    return undefined
  }
  override contactPhone = (id: string, phones: string[]) => writeRemark(this.house, id, { remark_mobiles: phones })
  override contactCorporationRemark = (id: string, company: string | null) =>
    writeRemark(this.house, id, { remark_company: company ?? '' })
  override contactDescription = (id: string, description: string | null) =>
    writeRemark(this.house, id, { description: description ?? '' })

  // ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
  override tagContactAdd = (tag: string, contact: string) => changeTag(this.house, tag, contact, 'put')
  override tagContactRemove = (tag: string, contact: string) => changeTag(this.house, tag, contact, 'take')
  override tagContactList = (contact?: string) => listTags(this.house, contact)

  // ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  override async messageSendText(contactId: string, text: string): Promise<string> {
    const said = await say(this.house, contactId, text)
    this.keep(said.id, { said, contactId })
    return said.id
  }
  override messageSendUrl = (contactId: string, { title, url }: payloads.UrlLink) =>
    this.messageSendText(contactId, `${title}\n${url}`)
  override async messageRawPayload(id: string): Promise<Raw> {
    const raw = this.kept.get(id)
    if (raw) return raw
    const said = await readSaid(this.house, id)
    if (!said) throw new Error(`没有这条消息：${id}`)
    return { said, contactId: said.recipient ?? '' }
  }
  override messageRawPayloadParser = async (raw: Raw): Promise<payloads.Message> =>
    'heard' in raw
      ? {
          id: raw.heard.key,
          talkerId: raw.externalUserId,
          listenerId: raw.heard.openKfId ?? selfId,
          text: raw.heard.text,
          timestamp: raw.heard.at.getTime(),
          type: raw.heard.kind === 'text' || raw.heard.kind === 'click' ? types.Message.Text : types.Message.Unknown,
        }
      : {
          id: raw.said.id,
          talkerId: selfId,
          listenerId: raw.contactId,
          text: raw.said.body.text,
          timestamp: raw.said.createdAt.getTime(),
          type: types.Message.Text,
        }

  // ── friendship: WeCom tells when somebody added a member; nobody can be added by the API ────────────────────────────────
  override async friendshipRawPayload(id: string): Promise<{ id: string; contactId: string; at: Date }> {
    const [userid = '', contactId = ''] = id.split(/:(.*)/s)
    const [row] = await this.house.db.query<{ at: Date }>(
      'SELECT started_at AS at FROM follows WHERE userid = $1 AND external_userid = $2',
      [userid, contactId],
    )
    if (!row) throw new Error(`没有这段好友关系：${id}`)
    return { id, contactId, at: row.at }
  }
  override friendshipRawPayloadParser = async (raw: {
    id: string
    contactId: string
    at: Date
  }): Promise<payloads.Friendship> => ({
    id: raw.id,
    contactId: raw.contactId,
    timestamp: raw.at.getTime(),
    type: types.Friendship.Confirm,
  })

  // ── customer groups: seen, not changed ──────────────────────────────────────────────────────────────────────────────────
  override async roomList(): Promise<string[]> {
    const rows = await this.house.db.query<{ id: string }>(
      'SELECT chat_id AS id FROM group_chats WHERE dismissed_at IS NULL ORDER BY chat_id LIMIT 1000',
    )
    return rows.map(({ id }) => id)
  }
  override roomRawPayload = (id: string) => getGroupChat(this.house.wecom, id)
  override roomRawPayloadParser = async (raw: Awaited<ReturnType<typeof getGroupChat>>): Promise<payloads.Room> => ({
    id: raw.chat_id,
    topic: raw.name ?? '',
    ownerId: raw.owner ?? undefined,
    adminIdList: [],
    memberIdList: raw.member_list.map(({ userid }) => userid),
    external: true,
  })
  override roomMemberList = async (id: string): Promise<string[]> =>
    (await getGroupChat(this.house.wecom, id)).member_list.map(({ userid }) => userid)
  override roomMemberRawPayload = (_: string, id: string) => readContact(this.house, id)
  override roomMemberRawPayloadParser = async (
    raw: Awaited<ReturnType<typeof readContact>>,
  ): Promise<payloads.RoomMember> => ({ id: raw.id, name: raw.name, avatar: '' })

  private async contactOf({ leadId }: Heard): Promise<string> {
    const [row] = await this.house.db.query<{ id: string }>(
      `SELECT key AS id FROM identities WHERE kind = 'externalUserId' AND lead_id IN (SELECT lead_family(lead_root($1))) ORDER BY created_at DESC LIMIT 1`,
      [leadId],
    )
    return row?.id ?? ''
  }

  private keep(id: string, raw: Raw): void {
    this.kept.set(id, raw)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept) break
      this.kept.delete(oldest)
    }
  }
}

/** What Wechaty knows and no API of WeCom's can do; a corp's tags and its groups are ended by people, in WeCom. */
const unsupported = [
  ...['contactAvatar', 'contactSelfName', 'contactSelfQRCode', 'contactSelfSignature'],
  ...['tagContactDelete'],
  ...[
    'messageSendFile',
    'messageSendContact',
    'messageSendLocation',
    'messageSendMiniProgram',
    'messageSendPost',
    'messageForward',
    'messageRecall',
    'messageContact',
    'messageFile',
    'messageImage',
    'messageMiniProgram',
    'messageUrl',
    'messageLocation',
  ],
  ...['conversationReadMark'],
  ...['friendshipAccept', 'friendshipAdd', 'friendshipSearchPhone', 'friendshipSearchHandle', 'friendshipSearchWeixin'],
  ...[
    'roomAdd',
    'roomDel',
    'roomAvatar',
    'roomTopic',
    'roomCreate',
    'roomQuit',
    'roomQRCode',
    'roomAnnounce',
    'roomInvitationAccept',
    'roomInvitationRawPayload',
    'roomInvitationRawPayloadParser',
  ],
  ...['postRawPayload', 'postRawPayloadParser', 'postPublish', 'postSearch'],
  ...['tap', 'tapSearch'],
] as const

for (const call of unsupported)
  Object.defineProperty(PuppetWecom.prototype, call, {
    value: async () => throwUnsupportedError(),
    configurable: true,
    writable: true,
  })
