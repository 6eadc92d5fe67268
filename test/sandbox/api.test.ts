import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Company, company } from './company.ts'

let here: Company
beforeEach(async () => {
  here = await company({ faults: { variety: false, writeMs: 150 } })
})
afterEach(() => here.close())

describe('every API', () => {
  it('answers HTTP 200 with errcode, hint, caller and the empty default beside an error', async () => {
    const answer = await fetch(`${here.sandbox.url}/cgi-bin/getcallbackip?access_token=nonsense`)
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { errcode: number; errmsg: string; ip_list: string[] }
    expect(body).toMatchObject({ errcode: 40014, ip_list: [] })
    expect(body.errmsg).toMatch(
      /^invalid access_token, hint: \[\d+_\d+_[0-9a-z]{32}\], from ip: .+, more info at https:\/\/open\.work\.weixin\.qq\.com\/devtool\/query\?e=40014$/,
    )
  })

  it('wants its token in the query', async () => {
    const answer = await fetch(`${here.sandbox.url}/cgi-bin/getcallbackip`)
    expect(await answer.json()).toMatchObject({ errcode: 41001 })
  })

  it('refuses GET where POST is due, and says so when the JSON is broken', async () => {
    expect(await here.ask('externalcontact/mark_tag')).toMatchObject({ errcode: 40058 })
    const url = `${here.sandbox.url}/cgi-bin/externalcontact/get_corp_tag_list?access_token=${await here.refreshToken()}`
    const answer = await fetch(url, { method: 'POST', body: '{"tag_id": [' })
    expect(((await answer.json()) as { errmsg: string }).errmsg).toContain('Warning: wrong json format.')
  })

  it('gives the same token while it lives, a new one after that, and knows a killed one no more', async () => {
    const first = await here.refreshToken()
    expect(await here.refreshToken()).toBe(first)
    await here.sandbox.killTokens({})
    expect(await here.ask('getcallbackip')).toMatchObject({ errcode: 40014 })
    const second = await here.refreshToken()
    expect(second).not.toBe(first)
    here.clock.advance(7200_001)
    expect(await here.ask('getcallbackip')).toMatchObject({ errcode: 42001 })
  })

  it('takes no wrong secret, and bars who tries too often', async () => {
    const wrong = () => here.ask('gettoken', undefined, { corpid: 'wwb0c4d7e5a1f39268', corpsecret: 'wrong' })
    expect(await wrong()).toMatchObject({ errcode: 40001 })
    for (let i = 0; i < 29; i++) await wrong()
    expect(await wrong()).toMatchObject({ errcode: 45009 })
  })

  it('fails as told: by errcode for a count, slowly, or with a torn connection after the work was done', async () => {
    await here.sandbox.setFaults({ api: [{ path: 'externalcontact/get_follow_user_list', errcode: 45009, count: 2 }] })
    expect(await here.ask('externalcontact/get_follow_user_list')).toMatchObject({ errcode: 45009, follow_user: [] })
    expect(await here.ask('externalcontact/get_follow_user_list')).toMatchObject({ errcode: 45009 })
    expect(await here.ask('externalcontact/get_follow_user_list')).toMatchObject({ errcode: 0 })
    await here.sandbox.setFaults({ api: [{ path: 'externalcontact/*', drop: 'after', count: 1 }] })
    await expect(
      here.ask('externalcontact/add_corp_tag', { group_name: '行业', tag: [{ name: '汽配' }] }),
    ).rejects.toThrow()
    const list = await here.ask('externalcontact/get_corp_tag_list', {})
    expect(list.tag_group).toMatchObject([{ group_name: '行业' }])
  })

  it('knows the caller by his IP when that fault is on', async () => {
    await here.sandbox.setFaults({ untrustedIp: true })
    expect(await here.ask('getcallbackip')).toMatchObject({ errcode: 60020 })
  })
})

describe('customers', () => {
  it('are shown with every follower, and are 84061 once the member deleted them, not when they deleted him', async () => {
    const customer = await here.friend('LiLei')
    await here.sandbox.customerScans({ userid: 'HanMeimei', customer })
    const get = () => here.ask('externalcontact/get', undefined, { external_userid: customer })
    expect((await get()).follow_user).toMatchObject([
      {
        userid: 'LiLei',
        remark: '张三',
        tags: [],
        remark_mobiles: [],
        oper_userid: customer,
        add_way: 1,
        state: expect.any(String),
      },
      { userid: 'HanMeimei' },
    ])
    await here.sandbox.customerDeletes({ customer, userid: 'LiLei' })
    await here.sandbox.staffDeletes({ customer, userid: 'HanMeimei' })
    expect((await get()).follow_user).toMatchObject([{ userid: 'LiLei' }])
    await here.sandbox.staffDeletes({ customer, userid: 'LiLei' })
    expect(await get()).toMatchObject({ errcode: 84061 })
    expect(await here.ask('externalcontact/get', undefined, { external_userid: 'wmNobody' })).toMatchObject({
      errcode: 40096,
    })
    expect(await here.ask('externalcontact/list', undefined, { userid: 'LiLei' })).toMatchObject({
      errcode: 84061,
      external_userid: [],
    })
    await here.sandbox.staffScope({ userid: 'LiLei', inScope: false })
    expect(await here.ask('externalcontact/list', undefined, { userid: 'LiLei' })).toMatchObject({ errcode: 84084 })
  })

  it('of a half add are unknown to the APIs until the member adds back', async () => {
    const { state } = await here.code('LiLei')
    const { external_userid } = await here.sandbox.customerScans({ state, name: '半好友', half: true })
    await here.sandbox.idle()
    expect(here.last('ChangeType')).toBe('add_half_external_contact')
    expect(await here.ask('externalcontact/get', undefined, { external_userid })).toMatchObject({ errcode: 84061 })
    await here.sandbox.staffAddsBack({ userid: 'lilei', customer: external_userid })
    await here.sandbox.idle()
    expect(here.last('ChangeType')).toBe('add_external_contact')
    expect(await here.ask('externalcontact/get', undefined, { external_userid })).toMatchObject({ errcode: 0 })
  })

  it('come in pages whose cursors belong to their question', async () => {
    for (const name of ['甲', '乙', '丙']) await here.friend('LiLei', name)
    const body = { userid_list: ['lilei'], limit: 2 }
    const first = await here.ask('externalcontact/batch/get_by_user', body)
    expect(first.external_contact_list).toHaveLength(2)
    expect(first.external_contact_list).toMatchObject([
      { external_contact: { name: '甲' }, follow_info: { userid: 'LiLei', tag_id: [] } },
      {},
    ])
    const second = await here.ask('externalcontact/batch/get_by_user', { ...body, cursor: first.next_cursor })
    expect(second).toMatchObject({ next_cursor: '', external_contact_list: [{ external_contact: { name: '丙' } }] })
    const other = { userid_list: ['LiuYang'], cursor: first.next_cursor }
    expect(await here.ask('externalcontact/batch/get_by_user', other)).toMatchObject({ errcode: 50100 })
  })

  it('wear tags that two writers cannot change at once, and that apps cannot change when the console made them', async () => {
    const customer = await here.friend('LiLei')
    const { tags } = await here.sandbox.consoleAddsTags({ group: '行业', tags: ['汽配', '注塑'] })
    const mark = (id: string) =>
      here.ask('externalcontact/mark_tag', { userid: 'LiLei', external_userid: customer, add_tag: [id] })
    const answers = await Promise.all([mark(tags[0]?.id ?? ''), mark(tags[1]?.id ?? '')])
    expect(answers.map(({ errcode }) => errcode).sort()).toEqual([0, 45035])
    expect(await here.ask('externalcontact/edit_corp_tag', { id: tags[0]?.id, name: '汽车零部件' })).toMatchObject({
      errcode: 81011,
    })
    expect(
      await here.ask('externalcontact/add_corp_tag', { group_name: '行业', tag: [{ name: '汽配' }] }),
    ).toMatchObject({ errcode: 40071 })
    expect(await mark('etNone')).toMatchObject({ errcode: 40068 })
  })

  it('move to another member after 24 h, twice in 90 days, unless they refuse', async () => {
    const customer = await here.friend('LiLei')
    const move = (handover_userid: string, takeover_userid: string) =>
      here.ask('externalcontact/transfer_customer', { handover_userid, takeover_userid, external_userid: [customer] })
    expect(await move('LiLei', 'HanMeimei')).toMatchObject({ customer: [{ external_userid: customer, errcode: 0 }] })
    expect(await move('LiLei', 'LiuYang')).toMatchObject({ customer: [{ errcode: 40129 }] })
    const result = () =>
      here.ask('externalcontact/transfer_result', { handover_userid: 'LiLei', takeover_userid: 'HanMeimei' })
    expect(await result()).toMatchObject({ customer: [{ status: 2 }] })
    await here.sandbox.advance({ ms: 24 * 3600_000 })
    await here.sandbox.idle()
    await here.refreshToken()
    expect(await result()).toMatchObject({ customer: [{ status: 1 }] })
    const names = here.sandbox.callbacks
      .slice(-2)
      .map(({ fields }) => [fields.ChangeType, fields.UserID, fields.Source])
    expect(names).toEqual([
      ['del_external_contact', 'LiLei', 'DELETE_BY_TRANSFER'],
      ['add_external_contact', 'HanMeimei', undefined],
    ])
    await move('HanMeimei', 'LiuYang')
    await here.sandbox.customerAnswersTransfer({ customer, accept: false })
    await move('HanMeimei', 'LiuYang')
    await here.sandbox.customerAnswersTransfer({ customer, accept: true })
    expect(await move('LiuYang', 'ZhangWei')).toMatchObject({ customer: [{ errcode: 40128 }] })
  })

  it('of a leaver show up for inheritance a while after he left', async () => {
    const customer = await here.friend('LiLei')
    await here.sandbox.staffLeaves({ userid: 'LiLei' })
    await here.sandbox.idle()
    expect(here.last('Event')).toBe('unsubscribe')
    expect(await here.ask('externalcontact/get_unassigned_list', {})).toMatchObject({ info: [], is_last: true })
    here.clock.advance(61_000)
    expect(await here.ask('externalcontact/get_unassigned_list', {})).toMatchObject({
      info: [{ handover_userid: 'LiLei', external_userid: customer }],
    })
  })
})

describe('the welcome', () => {
  it('goes out once, within 20 s, for whoever comes first', async () => {
    await here.friend('LiLei')
    await here.sandbox.idle()
    const welcome_code = here.last('WelcomeCode')
    const send = () => here.ask('externalcontact/send_welcome_msg', { welcome_code, text: { content: '您好' } })
    const two = await Promise.all([send(), send()])
    expect(two.map(({ errcode }) => errcode).sort()).toEqual([0, 41096])
    expect(await send()).toMatchObject({ errcode: 41051 })
    const customer = await here.friend('LiLei', '李四')
    await here.sandbox.idle()
    here.clock.advance(20_001)
    const late = { welcome_code: here.last('WelcomeCode'), text: { content: '您好' } }
    expect(await here.ask('externalcontact/send_welcome_msg', late)).toMatchObject({ errcode: 41050 })
    expect(here.sandbox.received(customer)).toEqual([])
  })

  it('has no code when the console has one of its own, and another app may be faster', async () => {
    await here.sandbox.consoleSetsWelcome({ userid: 'LiuYang', on: true })
    await here.friend('LiuYang')
    await here.sandbox.idle()
    expect(here.last('WelcomeCode')).toBeUndefined()
    const { state } = await here.code('LiLei')
    const { welcomeCode = '' } = await here.sandbox.customerScans({ state, name: '王五' })
    await here.sandbox.otherAppTakesWelcome({ code: welcomeCode })
    const send = { welcome_code: welcomeCode, text: { content: '您好' } }
    expect(await here.ask('externalcontact/send_welcome_msg', send)).toMatchObject({ errcode: 41051 })
  })

  it('comes once for a half add and the add that completes it', async () => {
    const { state } = await here.code('LiLei')
    const { external_userid: customer } = await here.sandbox.customerScans({ state, name: '张三', half: true })
    await here.sandbox.idle()
    const welcome_code = here.last('WelcomeCode')
    const sent = await here.ask('externalcontact/send_welcome_msg', { welcome_code, text: { content: '您好' } })
    expect(sent).toMatchObject({ errcode: 0 })
    expect(await here.sandbox.staffAddsBack({ userid: 'LiLei', customer })).toEqual({ welcomeCode: undefined })
  })

  it('is checked like the real thing', async () => {
    await here.friend('LiLei')
    await here.sandbox.idle()
    const welcome_code = here.last('WelcomeCode')
    const send = (body: object) => here.ask('externalcontact/send_welcome_msg', { welcome_code, ...body })
    expect(await send({})).toMatchObject({ errcode: 44004 })
    expect(await send({ text: { content: '啊'.repeat(1334) } })).toMatchObject({ errcode: 45002 })
    const link = { msgtype: 'link', link: { title: 't', url: 'https://x.example' } }
    expect(await send({ attachments: Array.from({ length: 10 }, () => link) })).toMatchObject({ errcode: 41064 })
    expect(await send({ attachments: [{ msgtype: 'image', image: { media_id: 'no' } }] })).toMatchObject({
      errcode: 40007,
    })
    expect(await send({ attachments: [link] })).toMatchObject({ errcode: 0 })
  })
})
