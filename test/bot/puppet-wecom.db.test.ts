import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WechatyBuilder } from 'wechaty'
import { Puppet, types } from 'wechaty-puppet'
import { PuppetWecom } from '../../bot/puppet-wecom/puppet.ts'
import { type RunningBot, runBot } from '../../bot/run.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
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
const answers = () => fake.of('kf/send_msg').map(({ body }) => (body as { text: { content: string } }).text.content)

describe('as Wechaty expects a puppet', () => {
  it('is one: every call is there, logged in as the house, its heart beating', async () => {
    expect(Puppet.valid(puppet)).toBe(true)
    expect([puppet.isLoggedIn, puppet.currentUserId]).toEqual([true, 'bowtie'])
    const beats: unknown[] = []
    const other = new PuppetWecom(house)
    other.on('heartbeat', (payload) => void beats.push(payload))
    await other.start()
    await other.stop()
    expect(beats.length).toBeGreaterThan(0)
  })

  it('says of what WeCom’s API cannot do that it is not supported', async () => {
    const calls: (() => Promise<unknown>)[] = [
      () => puppet.contactAvatar('x'),
      () => puppet.contactSelfQRCode(),
      () => puppet.friendshipAdd('x'),
      () => puppet.friendshipSearchPhone('138'),
      () => puppet.messageRecall('x'),
      () => puppet.messageForward('x', 'y'),
      () => puppet.tagContactDelete('x'),
      () => puppet.roomCreate(['x']),
      () => puppet.roomInvitationAccept('x'),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(/unsupported/i)
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
