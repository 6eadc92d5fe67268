import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Company, company } from './company.ts'

let here: Company
let kf: string
beforeEach(async () => {
  here = await company({ faults: { variety: false, kfEmptyPages: 0 } })
  kf = here.sandbox.world.kf.accounts[0]?.open_kfid ?? ''
})
afterEach(() => here.close())

const pull = (body: object = {}) =>
  here.ask('kf/sync_msg', { open_kfid: kf, ...body }) as Promise<{
    msg_list: {
      msgtype: string
      external_userid?: string
      event?: Record<string, unknown>
      text?: { content: string }
    }[]
    next_cursor: string
    has_more: number
    errcode: number
  }>
const say = (touser: string, more: object = {}) =>
  here.ask('kf/send_msg', { touser, open_kfid: kf, msgtype: 'text', text: { content: '您好' }, ...more })

describe('客服', () => {
  it('only knocks; content comes by sync_msg, with no ids at the top of an event', async () => {
    const { external_userid } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '报价多少？' })
    await here.sandbox.idle()
    expect(here.heard.map(({ xml }) => xml.includes('报价'))).toEqual([false, false])
    expect(here.heard[0]?.xml).not.toContain('FromUserName')
    const { msg_list } = await pull({ token: here.last('Token') })
    expect(msg_list).toMatchObject([
      {
        msgtype: 'event',
        origin: 4,
        event: { event_type: 'enter_session', external_userid, welcome_code: expect.any(String) },
      },
      { msgtype: 'text', origin: 3, external_userid, open_kfid: kf, text: { content: '报价多少？' } },
    ])
    expect(msg_list[0]).not.toHaveProperty('external_userid')
    expect(await pull({ token: 'bad' })).toMatchObject({ errcode: 95007, msg_list: [] })
  })

  it('takes a menu whose every part is as short as WeCom asks, in bytes, and no other', async () => {
    const { external_userid } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '在吗' })
    const menu = (msgmenu: object) => say(external_userid, { msgtype: 'msgmenu', msgmenu })
    const click = (id: string, content: string) => ({ type: 'click', click: { id, content } })
    expect(
      await menu({ head_content: '您想', list: [click('a'.repeat(128), '报'.repeat(42))], tail_content: '请选' }),
    ).toMatchObject({ errcode: 0 })
    for (const long of [
      { head_content: '长'.repeat(342), list: [] },
      { tail_content: '长'.repeat(342), list: [] },
      { list: [click('a', '长'.repeat(43))] },
      { list: [click('a'.repeat(129), '短')] },
      { list: [{ type: 'view', view: { url: `https://x.example/${'a'.repeat(2048)}`, content: '看' } }] },
      { list: [{ type: 'text', text: { content: '长'.repeat(86) } }] },
    ])
      expect(await menu(long)).toMatchObject({ errcode: 45002 })
    expect(await menu({ list: Array.from({ length: 11 }, () => click('a', '短')) })).toMatchObject({ errcode: 95008 })
    expect(await menu({ list: [{ type: 'dance' }] })).toMatchObject({ errcode: 40058 })
  })

  it('is read on by cursor, page by page, empty pages included, and keeps three days', async () => {
    const { external_userid: customer } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '1' })
    for (const text of ['2', '3']) await here.sandbox.customerWritesKf({ kf, customer, text })
    const first = await pull({ limit: 2 })
    expect(first).toMatchObject({ has_more: 1, msg_list: [{}, {}] })
    await here.sandbox.setFaults({ kfEmptyPages: 1 })
    const empty = await pull({ limit: 2, cursor: first.next_cursor })
    expect(empty).toMatchObject({ has_more: 1, msg_list: [] })
    await here.sandbox.setFaults({ kfEmptyPages: 0 })
    const rest = await pull({ limit: 2, cursor: empty.next_cursor })
    expect(rest).toMatchObject({ has_more: 0, msg_list: [{ text: { content: '2' } }, { text: { content: '3' } }] })
    expect(await pull({ cursor: rest.next_cursor })).toMatchObject({ has_more: 0, msg_list: [] })
    expect(rest.next_cursor.length).toBeLessThanOrEqual(64)
    here.clock.advance(3 * 86_400_000 + 1)
    await here.refreshToken()
    expect(await pull()).toMatchObject({ msg_list: [] })
  })

  it('allows five answers within 48 h of the customer’s last word, each msgid once', async () => {
    const { external_userid: customer } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '在吗' })
    expect(await say(customer, { msgid: 'answer-1' })).toMatchObject({ errcode: 0, msgid: 'answer-1' })
    expect(await say(customer, { msgid: 'answer-1' })).toMatchObject({ errcode: 95033 })
    for (let i = 0; i < 4; i++) await say(customer)
    expect(await say(customer)).toMatchObject({ errcode: 95001 })
    await here.sandbox.customerWritesKf({ kf, customer, text: '好的' })
    expect(await say(customer)).toMatchObject({ errcode: 0 })
    here.clock.advance(48 * 3600_000 + 1)
    await here.refreshToken()
    expect([95002, 95018]).toContain((await say(customer)).errcode)
    expect(here.sandbox.received(customer)).toHaveLength(6)
  })

  it('welcomes once, within 20 s of entering, and not again within 48 h of talk', async () => {
    const { external_userid: customer, welcomeCode } = await here.sandbox.customerEntersKf({ kf, name: '张三' })
    const greet = (code: unknown) =>
      here.ask('kf/send_msg_on_event', { code, msgtype: 'text', text: { content: '欢迎' } })
    expect(await greet(welcomeCode)).toMatchObject({ errcode: 0 })
    expect((await greet(welcomeCode)).errcode).not.toBe(0)
    expect(await here.sandbox.customerEntersKf({ kf, customer })).toMatchObject({ welcomeCode: undefined })
    const late = await here.sandbox.customerEntersKf({ kf, name: '李四' })
    here.clock.advance(20_001)
    expect((await greet(late.welcomeCode)).errcode).not.toBe(0)
  })

  it('hands over to people by its own rules, and then only they may speak', async () => {
    const { external_userid } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '转人工' })
    const trans = (service_state: number, servicer_userid?: string) =>
      here.ask('kf/service_state/trans', { open_kfid: kf, external_userid, service_state, servicer_userid })
    expect(await trans(3, 'LiLei')).toMatchObject({ errcode: 95014 })
    expect(await trans(3, 'WangMin')).toMatchObject({ errcode: 0, msg_code: expect.any(String) })
    expect(await here.ask('kf/service_state/get', { open_kfid: kf, external_userid })).toMatchObject({
      service_state: 3,
      servicer_userid: 'WangMin',
    })
    expect(await say(external_userid)).toMatchObject({ errcode: 95018 })
    expect(await trans(1)).toMatchObject({ errcode: 95016 })
    await here.sandbox.servicerEnds({ customer: external_userid, kf })
    expect(await trans(1)).toMatchObject({ errcode: 95013 })
    await here.sandbox.customerWritesKf({ kf, customer: external_userid, text: '再问一句' })
    expect(await say(external_userid)).toMatchObject({ errcode: 0 })
  })

  it('answers 0 to what the customer refuses, and tells the truth later', async () => {
    const { external_userid: customer } = await here.sandbox.customerWritesKf({ kf, name: '张三', text: '在吗' })
    await here.sandbox.customerRefusesKf({ kf, customer, refuse: true })
    expect(await say(customer, { msgid: 'm1' })).toMatchObject({ errcode: 0 })
    const { msg_list } = await pull()
    expect(msg_list.at(-1)?.event).toMatchObject({ event_type: 'msg_send_fail', fail_msgid: 'm1', fail_type: 10 })
    expect(here.sandbox.received(customer)).toEqual([])
  })
})
