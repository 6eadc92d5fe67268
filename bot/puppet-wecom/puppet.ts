import { Puppet, type payloads, throwUnsupportedError, types } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'
import type { MessageRow } from '../../src/messages/row.ts'
import type { Heard } from '../../src/skills/hear.ts'
import type { GroupChat } from '../../src/wecom/groups.ts'
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
import { friendWatch, readFriendship } from './friends.ts'
import { messagePayload, type Raw, readCard, readLocation, readMessage, readMiniProgram, readUrl } from './messages.ts'
import { type RoomEvent, roomPayload, roomsOf, roomWatch } from './rooms.ts'
import { readSaid, say } from './say.ts'
import { unsupported } from './unsupported.ts'

const heartbeatMs = 15_000
const watchMs = 5_000
/** Messages whose words Wechaty may still ask for. */
const mostKept = 2_000

/**
 * WeCom for Wechaty, by WeCom's official API and nothing else: contacts are customers and members, tags are the corp's, groups
 * the customers', words come from the inbox and leave through the house's channels. What it does not do says so. Ids are ours
 * and WeCom's; `say` answers the id of a message, {@link fate} what it waits for.
 */
export class PuppetWecom extends Puppet {
  private readonly kept = new Map<string, Raw>()
  private readonly timers: NodeJS.Timeout[] = []
  private readonly rooms: ReturnType<typeof roomsOf>
  private newFriends: () => Promise<string[]>
  private changedRooms: () => Promise<RoomEvent[]>
  private watched: Date

  constructor(private readonly house: House) {
    super()
    this.rooms = roomsOf(house)
    this.watched = house.clock.now()
    this.newFriends = friendWatch(house)
    this.changedRooms = roomWatch(house)
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
    const talkerId = heard.speaker === 'staff' ? (heard.userid ?? '') : await this.contactOf(heard)
    this.keep(heard.key, { heard, talkerId })
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

  /** Looks for known contacts and groups that changed, and for new friends. */
  async watch(): Promise<void> {
    const now = this.house.clock.now()
    const known = [...(this.cache.contact?.keys() ?? [])]
    for (const payloadId of await changedSince(this.house, known, this.watched))
      this.emit('dirty', { payloadType: types.Dirty.Contact, payloadId })
    this.watched = now
    for (const friendshipId of await this.newFriends()) this.emit('friendship', { friendshipId })
    for (const change of await this.changedRooms()) this.tellRoom(change, now.getTime())
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
  override messageRawPayload = async (id: string): Promise<Raw> => this.kept.get(id) ?? readMessage(this.house, id)
  override messageRawPayloadParser = async (raw: Raw): Promise<payloads.Message> => messagePayload(raw)
  override messageUrl = (id: string) => readUrl(this.house, id)
  override messageLocation = (id: string) => readLocation(this.house, id)
  override messageMiniProgram = (id: string) => readMiniProgram(this.house, id)
  override messageContact = (id: string) => readCard(this.house, id)

  // ── friendships, customer groups ─────────────────────────────────────────────────────────────────────────────────────────
  override friendshipRawPayload = (id: string) => readFriendship(this.house, id)
  override friendshipRawPayloadParser = async (raw: payloads.Friendship): Promise<payloads.Friendship> => raw
  override roomList = (): Promise<string[]> => this.rooms.list()
  override roomRawPayload = (id: string) => this.rooms.read(id)
  override roomRawPayloadParser = async (raw: GroupChat): Promise<payloads.Room> => roomPayload(raw)
  override roomMemberList = async (id: string): Promise<string[]> => roomPayload(await this.rooms.read(id)).memberIdList
  override roomMemberRawPayload = (room: string, id: string) => this.rooms.member(room, id)
  override roomMemberRawPayloadParser = async (raw: payloads.RoomMember): Promise<payloads.RoomMember> => raw

  private tellRoom(change: RoomEvent, timestamp: number): void {
    const { roomId } = change
    this.rooms.forget(roomId)
    for (const payloadType of [types.Dirty.Room, types.Dirty.RoomMember])
      this.emit('dirty', { payloadType, payloadId: roomId })
    // WeCom does not say who did it.
    if (change.event === 'room-join')
      this.emit('room-join', { roomId, inviteeIdList: change.people, inviterId: selfId, timestamp })
    else if (change.event === 'room-leave')
      this.emit('room-leave', { roomId, removeeIdList: change.people, removerId: selfId, timestamp })
    else this.emit('room-topic', { roomId, oldTopic: change.from, newTopic: change.to, changerId: selfId, timestamp })
  }

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

for (const call of unsupported)
  Object.defineProperty(PuppetWecom.prototype, call, {
    value: async () => throwUnsupportedError(),
    configurable: true,
    writable: true,
  })
