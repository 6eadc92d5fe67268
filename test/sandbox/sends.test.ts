import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Company, company } from './company.ts'

let here: Company
beforeEach(async () => {
  here = await company({ faults: { variety: false } })
})
afterEach(() => here.close())

const hello = { text: { content: '十一月选型指南' } }

describe('a group send', () => {
  const create = async (customers: string[], more: object = {}) =>
    (await here.ask('externalcontact/add_msg_template', {
      external_userid: customers,
      sender: 'LiLei',
      ...hello,
      ...more,
    })) as {
      msgid: string
      fail_list: string[]
      errcode: number
    }

  it('reaches nobody until the member confirms', async () => {
    const customer = await here.friend('LiLei')
    const { msgid, fail_list } = await create([customer, 'wmStranger'])
    expect(fail_list).toEqual(['wmStranger'])
    expect(await here.ask('externalcontact/get_groupmsg_task', { msgid })).toMatchObject({
      errcode: 41063,
      task_list: [],
    })
    here.clock.advance(2001)
    expect(await here.ask('externalcontact/get_groupmsg_task', { msgid })).toMatchObject({
      task_list: [{ userid: 'LiLei', status: 0 }],
    })
    const result = () => here.ask('externalcontact/get_groupmsg_send_result', { msgid, userid: 'lilei' })
    expect(await result()).toMatchObject({ send_list: [{ external_userid: customer, userid: 'LiLei', status: 0 }] })
    expect(here.sandbox.received(customer)).toEqual([])
    await here.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
    expect(await result()).toMatchObject({ send_list: [{ status: 1, send_time: expect.any(Number) }] })
    expect(here.sandbox.received(customer)).toMatchObject([{ via: 'group-send', text: '十一月选型指南', msgid }])
    await expect(here.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })).rejects.toThrow('已经发送过')
  })

  it('is status 2 for who is no friend any more, 3 beyond as many a month as it has days', async () => {
    const customer = await here.friend('LiLei')
    const gone = await here.friend('LiLei', '李四')
    const statuses: number[] = []
    for (let i = 0; i < 31; i++) {
      const { msgid } = await create([customer, gone])
      if (i === 30) await here.sandbox.customerDeletes({ customer: gone, userid: 'LiLei' })
      here.clock.advance(2001)
      await here.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })
      const result = await here.ask('externalcontact/get_groupmsg_send_result', { msgid, userid: 'LiLei' })
      const list = result.send_list as { status: number }[]
      if (i >= 29) statuses.push(...list.map(({ status }) => status))
    }
    expect(statuses).toEqual([1, 1, 3, 2])
  })

  it('goes to whoever talked last when no sender is named, and 41048 when nobody can', async () => {
    const customer = await here.friend('LiLei')
    here.clock.advance(1000)
    await here.sandbox.customerScans({ userid: 'HanMeimei', customer })
    here.clock.advance(1000)
    await here.sandbox.customerWrites({ customer, userid: 'LiLei', text: '在吗' })
    const { msgid } = (await here.ask('externalcontact/add_msg_template', {
      external_userid: [customer],
      ...hello,
    })) as { msgid: string }
    expect(here.sandbox.world.groupSends.find((send) => send.msgid === msgid)?.members[0]?.userid).toBe('LiLei')
    expect(await create(['wmStranger'])).toMatchObject({ errcode: 41048 })
  })

  it('is filtered by tags: any of a list, all of the lists', async () => {
    const [a, b] = [await here.friend('LiLei', '甲'), await here.friend('LiLei', '乙')]
    const { tags } = await here.sandbox.consoleAddsTags({ group: '行业', tags: ['汽配', '注塑', '纺织'] })
    const [x, y, z] = tags.map(({ id }) => id) as [string, string, string]
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: a, addTags: [x, z] })
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: b, addTags: [y] })
    const tag_filter = { group_list: [{ tag_list: [x, y] }, { tag_list: [z] }] }
    const { msgid } = await create([], { tag_filter })
    const send = here.sandbox.world.groupSends.find((item) => item.msgid === msgid)
    expect(send?.members).toMatchObject([{ userid: 'LiLei', list: [{ target: a }] }])
  })

  it('is reminded of three times a day at most, and can be cancelled once', async () => {
    const { msgid } = await create([await here.friend('LiLei')])
    here.clock.advance(2001)
    const remind = async () => (await here.ask('externalcontact/remind_groupmsg_send', { msgid })).errcode
    expect([await remind(), await remind(), await remind(), await remind()]).toEqual([0, 0, 0, 41094])
    expect(await here.ask('externalcontact/cancel_groupmsg_send', { msgid })).toMatchObject({ errcode: 0 })
    expect(await here.ask('externalcontact/cancel_groupmsg_send', { msgid })).toMatchObject({ errcode: 41093 })
    await expect(here.sandbox.confirmGroupSend({ userid: 'LiLei', msgid })).rejects.toThrow('任务已被取消')
  })
})

const card = (task_id: string, more: object = {}) => ({
  touser: 'LiLei|nobody',
  msgtype: 'template_card',
  agentid: 1000002,
  template_card: {
    card_type: 'button_interaction',
    main_title: { title: '新线索' },
    task_id,
    button_selection: {
      question_key: 'why',
      title: '原因',
      option_list: [
        { id: 'busy', text: '太忙' },
        { id: 'far', text: '区域不符' },
      ],
    },
    button_list: [
      { text: '接受', style: 1, key: 'accept:1' },
      { text: '婉拒', style: 2, key: 'decline:1' },
    ],
    ...more,
  },
})

describe('a card', () => {
  it('is pressed once, tells key and selection, and is updated once by the code of the press', async () => {
    const sent = await here.ask('message/send', card('offer-1'))
    expect(sent).toMatchObject({
      errcode: 0,
      invaliduser: 'nobody',
      response_code: expect.any(String),
      msgid: expect.any(String),
    })
    await here.sandbox.staffPresses({ userid: 'LiLei', taskId: 'offer-1', key: 'decline:1', selected: { why: 'far' } })
    await here.sandbox.idle()
    expect(here.last('EventKey')).toBe('decline:1')
    expect(here.last('TaskId')).toBe('offer-1')
    expect(here.last('OptionId')).toBe('far')
    await expect(here.sandbox.staffPresses({ userid: 'LiLei', taskId: 'offer-1', key: 'decline:1' })).rejects.toThrow()
    const update = (response_code: unknown) =>
      here.ask('message/update_template_card', {
        userids: ['lilei', 'Other'],
        agentid: 1000002,
        response_code,
        button: { replace_name: '已婉拒' },
      })
    expect(await update(here.last('ResponseCode'))).toMatchObject({ errcode: 0, invaliduser: ['other'] })
    expect(await update(here.last('ResponseCode'))).toMatchObject({ errcode: 60140 })
    await expect(here.sandbox.staffPresses({ userid: 'LiLei', taskId: 'offer-1', key: 'accept:1' })).rejects.toThrow(
      '卡片已更新',
    )
    here.clock.advance(72 * 3600_000 + 1)
    await here.refreshToken()
    expect(await update(sent.response_code)).toMatchObject({ errcode: 60140 })
  })

  it('is refused with a used task_id, doubled keys, too many options, a bad task_id, or no callback URL', async () => {
    const send = async (body: object) => (await here.ask('message/send', body)).errcode
    expect(await send(card('t1'))).toBe(0)
    expect(await send(card('t1'))).toBe(42014)
    expect(await send(card('有中文'))).toBe(42014)
    const twice = [
      { text: 'a', key: 'k' },
      { text: 'b', key: 'k' },
    ]
    expect(await send(card('t2', { button_list: twice }))).toBe(42018)
    const options = Array.from({ length: 11 }, (_, i) => ({ id: `o${i}`, text: 'x' }))
    expect(await send(card('t3', { button_selection: { question_key: 'q', option_list: options } }))).toBe(42034)
    expect(await send(card('t4', { card_type: 'text_notice' }))).toBe(42045)
    here.sandbox.setCallbackUrl(undefined)
    expect(await send(card('t5'))).toBe(43012)
  })

  it('goes nowhere when nobody is good, or the app is another', async () => {
    expect(await here.ask('message/send', { ...card('t1'), touser: 'Nobody' })).toMatchObject({
      errcode: 81013,
      invaliduser: 'nobody',
    })
    expect(await here.ask('message/send', { ...card('t1'), agentid: 1 })).toMatchObject({ errcode: 301002 })
  })
})

describe('an app message', () => {
  const text = (content: string, more: object = {}) => ({
    touser: 'LiLei',
    msgtype: 'text',
    agentid: 1000002,
    text: { content },
    ...more,
  })

  it('is cut at 2048 bytes, and vanishes without a word beyond 30 a minute', async () => {
    await here.ask('message/send', text('长'.repeat(1000)))
    expect(here.sandbox.inboxOf('LiLei')[0]?.content.content).toBe('长'.repeat(682))
    for (let i = 0; i < 30; i++)
      expect(await here.ask('message/send', text(`第 ${i} 条`))).toMatchObject({ errcode: 0 })
    expect(here.sandbox.inboxOf('LiLei')).toHaveLength(30)
    here.clock.advance(60_001)
    await here.ask('message/send', text('又可以了'))
    expect(here.sandbox.inboxOf('LiLei')).toHaveLength(31)
  })

  it('is delivered once within the duplicate check', async () => {
    const once = text('同一句', { enable_duplicate_check: 1, duplicate_check_interval: 600 })
    await here.ask('message/send', once)
    await here.ask('message/send', once)
    expect(here.sandbox.inboxOf('LiLei')).toHaveLength(1)
    here.clock.advance(601_000)
    await here.ask('message/send', once)
    expect(here.sandbox.inboxOf('LiLei')).toHaveLength(2)
  })
})
