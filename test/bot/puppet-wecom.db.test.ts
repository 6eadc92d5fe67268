import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WechatyBuilder } from 'wechaty'
import { Puppet, types } from 'wechaty-puppet'
import { z } from 'zod'
import { PuppetWecom } from '../../bot/puppet-wecom/puppet.ts'
import { unsupported } from '../../bot/puppet-wecom/unsupported.ts'
import { type RunningBot, runBot } from '../../bot/run.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { projectRoot } from '../../src/root.ts'
import { isBotThere, renewBotLease } from '../../src/skills/bot-lease.ts'
import { hearDue } from '../../src/skills/hear-due.ts'
import { keepHearing } from '../../src/skills/keep-hearing.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../support/house.ts'
import { handleAll, incoming, kfText, store } from '../support/inbox.ts'
import { addStaff, befriend, openLead } from '../support/people.ts'
import { type FakeWecom, fakeWecom } from '../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
let puppet: PuppetWecom
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  db = await testDatabase()
  fake = await fakeWecom()
  house = await testHouse({ db, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
  puppet = new PuppetWecom(house)
  await puppet.start()
})
afterAll(() => puppet.stop())
beforeEach(() => {
  clock.advance(60_000)
  fake.reset()
  fake.script('kf/send_msg', { errcode: 0, msgid: 'ok' })
})

let serial = 0
async function customer(fields: object = {}) {
  const id = `wmPuppet${++serial}`
  const leadId = await openLead(house, {
    identities: [{ kind: 'externalUserId', value: id }],
    fields: { name: '张三', ...fields },
  })
  return { id, leadId }
}
const group = (chat_id: string, name: string, members: string[]) => ({
  chat_id,
  name,
  owner: 'LiLei',
  member_list: members.map((userid) => ({ userid, type: userid === 'LiLei' ? 1 : 2, name: `叫${userid}` })),
  admin_list: [],
})

/** What the abstract puppet leaves to be done, as its own source declares it: types are gone from what runs. */
function contract(): string[] {
  const folder = join(projectRoot, 'node_modules/wechaty-puppet/src/mixins')
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.spec.ts'))
  const declared = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/^ *abstract (\w+)\s*\(/gm)].map(([, call]) => call ?? ''),
  )
  return [...new Set(declared)].sort()
}

// As wechaty-puppet 1.21 types them: no field missing, none of another kind, none of our own.
const id = z.string().min(1)
const Contact = z.strictObject({
  id,
  name: id,
  type: z.enum(types.Contact),
  gender: z.enum(types.ContactGender),
  avatar: z.string(),
  phone: z.array(z.string()),
  friend: z.boolean().optional(),
  coworker: z.boolean().optional(),
  alias: z.string().optional(),
  corporation: z.string().optional(),
  title: z.string().optional(),
})
const Message = z.strictObject({
  id,
  talkerId: id,
  listenerId: id,
  text: z.string(),
  timestamp: z.number().min(1e12),
  type: z.enum(types.Message),
})
const Friendship = z.strictObject({
  id,
  contactId: id,
  timestamp: z.number().min(1e12),
  type: z.literal(types.Friendship.Confirm),
})
const Room = z.strictObject({
  id,
  topic: z.string(),
  ownerId: id.optional(),
  adminIdList: z.array(id),
  memberIdList: z.array(id),
  external: z.literal(true),
})
const RoomMember = z.strictObject({ id, name: id, avatar: z.string() })

const answers = () => fake.of('kf/send_msg').map(({ body }) => (body as { text: { content: string } }).text.content)

describe('as Wechaty expects a puppet', () => {
  it('answers every call of the contract: with a payload of its shape, or by saying that it is not supported', async () => {
    const { id, leadId } = await customer()
    await befriend(house, leadId, 'LiLei', id)
    fake.script('externalcontact/groupchat/get', { errcode: 0, group_chat: group('g0', '交流群', ['LiLei', id]) })
    const thing = async (msgtype: string, content: object) => {
      const event = { ...kfText(id, '', `p-${++serial}`), text: undefined, msgtype, [msgtype]: content }
      const [row] = await store(house, [incoming(house, event)])
      return `inbox:${row}:0`
    }
    const link = await thing('link', { title: '选型表', desc: '一页', url: 'https://x.example/a' })
    const place = await thing('location', { latitude: 29.8, longitude: 121.5, name: '工厂', address: '宁波' })
    const program = await thing('miniprogram', { appid: 'wx1', title: '目录', pagepath: 'a/b' })
    const card = await thing('business_card', { userid: 'LiLei' })
    const calls: Record<string, readonly [z.ZodType, () => unknown]> = {
      ding: [z.undefined(), () => puppet.ding('there?')],
      contactList: [z.array(z.string()).min(1), () => puppet.contactList()],
      contactRawPayload: [z.object({ id: z.string() }), () => puppet.contactRawPayload(id)],
      contactRawPayloadParser: [Contact, () => puppet.contactPayload(id)],
      contactAlias: [z.string(), () => puppet.contactAlias(id)],
      contactPhone: [z.undefined(), () => puppet.contactPhone(id, ['13800138000'])],
      contactCorporationRemark: [z.undefined(), () => puppet.contactCorporationRemark(id, '宁波精工')],
      contactDescription: [z.undefined(), () => puppet.contactDescription(id, '老客户')],
      tagContactAdd: [z.undefined(), () => puppet.tagContactAdd('需求/降本', id)],
      tagContactList: [z.tuple([z.literal('需求/降本')]), () => puppet.tagContactList(id)],
      tagContactRemove: [z.undefined(), () => puppet.tagContactRemove('需求/降本', id)],
      messageSendText: [z.uuid(), () => puppet.messageSendText('LiLei', '您好')],
      messageSendUrl: [z.uuid(), () => puppet.messageSendUrl('LiLei', { title: '选型表', url: 'https://x.example' })],
      messageRawPayload: [z.object({ heard: z.object({}) }), () => puppet.messageRawPayload(link)],
      messageRawPayloadParser: [Message, () => puppet.messagePayload(link)],
      messageUrl: [z.object({ title: z.string(), url: z.url() }), () => puppet.messageUrl(link)],
      messageLocation: [z.object({ latitude: z.number(), longitude: z.number() }), () => puppet.messageLocation(place)],
      messageMiniProgram: [z.object({ appid: z.literal('wx1') }), () => puppet.messageMiniProgram(program)],
      messageContact: [z.literal('LiLei'), () => puppet.messageContact(card)],
      friendshipRawPayload: [Friendship, () => puppet.friendshipRawPayload(`LiLei:${id}`)],
      friendshipRawPayloadParser: [Friendship, () => puppet.friendshipPayload(`LiLei:${id}`)],
      roomList: [z.array(z.string()), () => puppet.roomList()],
      roomRawPayload: [z.object({ chat_id: z.string() }), () => puppet.roomRawPayload('g0')],
      roomRawPayloadParser: [Room, () => puppet.roomPayload('g0')],
      roomMemberList: [z.array(z.string()).length(2), () => puppet.roomMemberList('g0')],
      roomMemberRawPayload: [RoomMember, () => puppet.roomMemberRawPayload('g0', id)],
      roomMemberRawPayloadParser: [RoomMember, () => puppet.roomMemberPayload('g0', id)],
    }
    expect([...Object.keys(calls), ...unsupported].sort()).toEqual(contract())
    for (const [name, [shape, call]] of Object.entries(calls))
      expect([name, shape.safeParse(await call()).error]).toEqual([name, undefined])
    await db.query("UPDATE inbox SET state = 'done' WHERE state = 'received'")
    for (const name of unsupported)
      await expect((puppet as unknown as Record<string, () => Promise<unknown>>)[name]?.(), name).rejects.toThrow(
        /unsupported/i,
      )
  })

  it('logs in, is ready, beats, answers a ding and logs out, in words of the contract', async () => {
    const other = new PuppetWecom(house)
    const events: [string, unknown][] = []
    for (const event of ['login', 'ready', 'heartbeat', 'dong', 'logout'] as const)
      other.on(event, (payload: unknown) => void events.push([event, payload]))
    await other.start()
    other.ding('there?')
    expect([Puppet.valid(other), other.isLoggedIn, other.currentUserId]).toEqual([true, true, 'bowtie'])
    await other.stop()
    expect(other.isLoggedIn).toBe(false)
    expect(events).toEqual([
      ['login', { contactId: 'bowtie' }],
      ['heartbeat', expect.objectContaining({ data: expect.any(String) })],
      ['ready', expect.anything()],
      ['dong', { data: 'there?' }],
      ['logout', expect.objectContaining({ contactId: 'bowtie' })],
    ])
  })

  it('tells who joined and left a group and how it is called now, and reads it anew', async () => {
    const { id } = await customer()
    const stands = (name: string, version: string, members: string[]) =>
      db.query(
        `WITH g AS (INSERT INTO group_chats (chat_id, name, member_version) VALUES ('g1', '${name}', '${version}')
           ON CONFLICT (chat_id) DO UPDATE SET name = excluded.name, member_version = excluded.member_version),
         gone AS (DELETE FROM group_members WHERE chat_id = 'g1' AND NOT member = ANY($1))
         INSERT INTO group_members (chat_id, member, is_staff) SELECT 'g1', m, m = 'LiLei' FROM unnest($1::text[]) AS m ON CONFLICT DO NOTHING`,
        [members],
      )
    fake.script(
      'externalcontact/groupchat/get',
      { errcode: 0, group_chat: group('g1', '老群', ['LiLei', 'wmStranger']) },
      { errcode: 0, group_chat: group('g1', '新群', ['LiLei', id]) },
    )
    await db.query("INSERT INTO group_chats (chat_id) VALUES ('g1')")
    await stands('老群', '1', ['LiLei', 'wmStranger'])
    await puppet.watch()
    expect((await puppet.roomPayload('g1')).topic).toBe('老群')
    const told: [string, object][] = []
    const timestamp = clock.now().getTime()
    for (const event of ['room-join', 'room-leave', 'room-topic'] as const)
      puppet.on(event, (payload: object) => void told.push([event, payload]))
    await stands('新群', '2', ['LiLei', id])
    for (const _ of [1, 2]) await puppet.watch()
    expect(told).toEqual([
      ['room-join', { roomId: 'g1', inviteeIdList: [id], inviterId: 'bowtie', timestamp }],
      ['room-leave', { roomId: 'g1', removeeIdList: ['wmStranger'], removerId: 'bowtie', timestamp }],
      ['room-topic', { roomId: 'g1', oldTopic: '老群', newTopic: '新群', changerId: 'bowtie', timestamp }],
    ])
    expect(await puppet.roomPayload('g1')).toMatchObject({ topic: '新群', memberIdList: ['LiLei', id] })
  })

  it('shows customers, members and accounts as contacts, and nobody else', async () => {
    const { id } = await customer({ company: '宁波精工', title: '采购总监' })
    expect(await puppet.contactPayload(id)).toMatchObject({
      id,
      name: '张三',
      corporation: '宁波精工',
      title: '采购总监',
      type: types.Contact.Individual,
      friend: false,
      phone: [],
    })
    expect(await puppet.contactPayload('LiLei')).toMatchObject({ name: '李雷', coworker: true })
    expect(await puppet.contactPayload('bowtie')).toMatchObject({ type: types.Contact.Corporation })
    await expect(puppet.contactPayload('wmNobody')).rejects.toThrow('没有这位联系人')
  })

  it('forgets what it showed when the customer changed, and tells of new friends', async () => {
    const { id, leadId } = await customer()
    await puppet.watch()
    await puppet.contactPayload(id)
    clock.advance(1_000)
    const dirty: string[] = []
    const friends: string[] = []
    puppet.on('dirty', ({ payloadId }) => void dirty.push(payloadId))
    puppet.on('friendship', ({ friendshipId }) => void friends.push(friendshipId))
    await puppet.watch()
    expect([dirty, friends]).toEqual([[], []])
    clock.advance(1_000)
    await db.query("UPDATE leads SET name = '张三丰', updated_at = $2 WHERE id = $1", [leadId, clock.now()])
    await befriend(house, leadId, 'LiLei', id)
    await puppet.watch()
    expect(dirty).toEqual([id])
    expect((await puppet.contactPayload(id)).name).toBe('张三丰')
    expect(friends).toEqual([`LiLei:${id}`])
    expect(await puppet.friendshipPayload(`LiLei:${id}`)).toMatchObject({
      contactId: id,
      type: types.Friendship.Confirm,
    })
  })

  it('puts tags on and takes them off, but never moves a stage by its tag', async () => {
    const { id } = await customer()
    await puppet.tagContactAdd('需求/降本', id)
    expect(await puppet.tagContactList(id)).toEqual(['需求/降本'])
    await puppet.tagContactRemove('需求/降本', id)
    expect(await puppet.tagContactList(id)).toEqual([])
    await expect(puppet.tagContactAdd('客户阶段/SQL · 销售认可', id)).rejects.toThrow('跟着阶段走')
    await expect(puppet.tagContactAdd('没有斜杠', id)).rejects.toThrow('组/名')
  })

  it('writes an alias in the name of whoever is his friend', async () => {
    const { id, leadId } = await customer()
    await expect(puppet.contactAlias(id, '老张')).rejects.toThrow('不是任何一位同事的好友')
    await befriend(house, leadId, 'LiLei', id)
    await puppet.contactAlias(id, '老张')
    expect(fake.of('externalcontact/remark')[0]?.body).toMatchObject({
      userid: 'LiLei',
      external_userid: id,
      remark: '老张',
    })
  })
})

describe('say()', () => {
  it('answers by 客服 while the conversation is open', async () => {
    const { id } = await customer()
    await store(house, [incoming(house, kfText(id, '好的', `p-${++serial}`))])
    await handleAll(house)
    const said = await puppet.messageSendText(id, '您好，请讲')
    expect(await puppet.messagePayload(said)).toMatchObject({ text: '您好，请讲', talkerId: 'bowtie', listenerId: id })
    await handleAll(house)
    expect(answers()).toEqual(['您好，请讲'])
    expect(await puppet.fate(said)).toMatchObject({ state: 'sent', channel: 'kf', waitsFor: null })
  })

  it('otherwise waits for a colleague, and says so', async () => {
    const { id, leadId } = await customer()
    await befriend(house, leadId, 'LiLei', id)
    const fate = await puppet.fate(await puppet.messageSendText(id, '新出了一份选型表'))
    expect(fate?.state).toBe('planned')
    expect(fate?.channel).not.toBe('kf')
    expect(answers()).toEqual([])
  })

  it('is refused for whom the guard protects, with the guard’s words', async () => {
    const { id, leadId } = await customer()
    await befriend(house, leadId, 'LiLei', id)
    await db.query("UPDATE leads SET marketing = 'denied' WHERE id = $1", [leadId])
    await expect(puppet.messageSendText(id, '新品发布')).rejects.toThrow('客户已退订营销消息')
    await expect(puppet.messageSendText('wmNobody', '在吗')).rejects.toThrow('没有这位联系人')
  })
})

describe('the bot of the house', () => {
  let bot: RunningBot
  beforeAll(async () => {
    bot = await runBot(house, 'wecom')
  })
  afterAll(() => bot.close())

  it('answers through Wechaty what was kept for it, once, by the same skills', async () => {
    const { id, leadId } = await customer()
    await store(house, [incoming(house, kfText(id, '人工', `p-${++serial}`))])
    await handleAll(house)
    expect(answers()).toHaveLength(1)
    const keep = () =>
      keepHearing(house, {
        speaker: 'customer',
        leadId,
        openKfId: 'wk1',
        text: '转人工',
        kind: 'text',
        at: clock.now(),
        key: 'through-the-bot',
      })
    await keep()
    await keep()
    clock.advance(2_000)
    await hearDue(house, { listen: bot.hear })
    await hearDue(house, { listen: bot.hear })
    const planned = await db.query("SELECT key FROM messages WHERE key LIKE 'through-the-bot:say:%'")
    expect(planned).toHaveLength(1)
    expect(await db.query('SELECT 1 FROM hearings')).toEqual([])
  })

  it('has the word while it is there; what it leaves lying is heard all the same', async () => {
    const { leadId } = await customer()
    await renewBotLease(house)
    expect(await isBotThere(house)).toBe(true)
    await keepHearing(house, {
      speaker: 'customer',
      leadId,
      openKfId: 'wk1',
      text: '人工',
      kind: 'text',
      at: clock.now(),
      key: 'left-lying',
    })
    clock.advance(3_000)
    expect(await hearDue(house)).toBe(false)
    clock.advance(14_000)
    await renewBotLease(house)
    expect(await hearDue(house)).toBe(true)
    clock.advance(31_000)
    expect(await isBotThere(house)).toBe(false)
  })

  it('works as a plain Wechaty bot too', async () => {
    const { id } = await customer({ name: '李四' })
    const wechaty = WechatyBuilder.build({ puppet: new PuppetWecom(house) })
    await wechaty.start()
    const contact = await wechaty.Contact.find({ id })
    expect([contact?.name(), contact?.type()]).toEqual(['李四', types.Contact.Individual])
    await wechaty.stop()
  })
})
