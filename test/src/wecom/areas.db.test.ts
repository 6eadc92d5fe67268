import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { GiveUp, OutcomeUnknown } from '../../../src/failures.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { sendAppMessage, updateCard } from '../../../src/wecom/app-messages.ts'
import { createWecom, type Wecom } from '../../../src/wecom/client.ts'
import * as ways from '../../../src/wecom/contact-ways.ts'
import * as contacts from '../../../src/wecom/contacts.ts'
import { signPage } from '../../../src/wecom/crypto.ts'
import * as directory from '../../../src/wecom/directory.ts'
import * as groupSend from '../../../src/wecom/group-send.ts'
import * as groups from '../../../src/wecom/groups.ts'
import * as kf from '../../../src/wecom/kf.ts'
import { uploadImage, uploadMedia } from '../../../src/wecom/media.ts'
import * as menu from '../../../src/wecom/menu.ts'
import * as oauth from '../../../src/wecom/oauth.ts'
import * as tags from '../../../src/wecom/tags.ts'
import { pageSignature } from '../../../src/wecom/tickets.ts'
import * as transfer from '../../../src/wecom/transfer.ts'
import { sendWelcome } from '../../../src/wecom/welcome.ts'
import { testDatabase } from '../../support/db.ts'
import { type FakeWecom, fakeWecom, type Scripted } from '../../support/wecom-fake.ts'

const answerFile = new URL('../../fixtures/wecom/answers.json', import.meta.url)
const published: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(answerFile, 'utf8'))
const clock = movableClock('2026-03-01T00:00:00Z')
const soon = () => new Date(clock.now().getTime() + 20_000)

let fake: FakeWecom
let wecom: Wecom
beforeAll(async () => {
  const db = await testDatabase()
  fake = await fakeWecom()
  const config = { wecom: { corpId: 'ww1', agentId: 1000002, secret: 's', apiUrl: fake.url } }
  wecom = createWecom({
    config,
    db,
    clock,
    log: pino({ level: 'silent' }),
    seal: createSeal(randomBytes(32)),
    busyMs: 1,
  })
})
beforeEach(() => {
  fake.reset()
  clock.advance(60_000)
})
afterAll(() => wecom.close())

/** Scripts the published sample as the only page. */
const sample = (path: string): void => {
  const answer = published[path]
  if (!answer) throw new Error(`no published answer for ${path}`)
  const paged = 'next_cursor' in answer && path !== 'kf/sync_msg' ? { ...answer, next_cursor: '' } : answer
  fake.script(path, paged)
}

type Row = [path: string, run: () => Promise<unknown>, expected: unknown]
const bytes = Buffer.from('hello')
const rows: Row[] = [
  ['externalcontact/get_follow_user_list', () => contacts.listFollowUsers(wecom), ['zhangsan', 'lissi']],
  [
    'externalcontact/list',
    () => contacts.listCustomers(wecom, 'a'),
    expect.arrayContaining(['woAJ2GCAAAXtWyujaWJHDDGi0mACAAA']),
  ],
  [
    'externalcontact/get',
    () => contacts.getContact(wecom, 'wo'),
    {
      external_contact: expect.objectContaining({ name: '李四' }),
      follow_user: [
        expect.objectContaining({ userid: 'rocky' }),
        expect.objectContaining({ state: '外联二维码1', tags: [] }),
      ],
    },
  ],
  [
    'externalcontact/batch/get_by_user',
    () => contacts.listContactsByStaff(wecom, { userid_list: ['a'] }),
    expect.objectContaining({
      external_contact_list: expect.arrayContaining([
        expect.objectContaining({
          follow_info: expect.objectContaining({ tag_id: ['etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA'] }),
        }),
      ]),
    }),
  ],
  [
    'externalcontact/remark',
    () => contacts.remarkContact(wecom, { userid: 'a', external_userid: 'b', remark: 'c' }),
    undefined,
  ],
  [
    'externalcontact/get_user_behavior_data',
    () => contacts.getBehaviour(wecom, { userid: ['a'], start_time: 1, end_time: 2 }),
    expect.arrayContaining([expect.objectContaining({ reply_percentage: 60.25 })]),
  ],
  [
    'externalcontact/get_corp_tag_list',
    () => tags.listCorpTags(wecom),
    [
      expect.objectContaining({
        group_id: 'TAG_GROUPID1',
        tag: [expect.objectContaining({ id: 'TAG_ID1' }), expect.anything()],
      }),
    ],
  ],
  [
    'externalcontact/add_corp_tag',
    () => tags.addCorpTags(wecom, { group_name: 'g', tag: [{ name: 't' }] }),
    expect.objectContaining({ group_id: 'TAG_GROUPID1' }),
  ],
  ['externalcontact/edit_corp_tag', () => tags.editCorpTag(wecom, { id: 'a', name: 'b' }), undefined],
  ['externalcontact/del_corp_tag', () => tags.deleteCorpTags(wecom, { tag_id: ['a'] }), undefined],
  [
    'externalcontact/mark_tag',
    () => tags.markTags(wecom, { userid: 'a', external_userid: 'b', add_tag: ['c'] }),
    undefined,
  ],
  [
    'externalcontact/add_contact_way',
    () => ways.addContactWay(wecom, { type: 1, scene: 2, user: ['a'] }),
    expect.objectContaining({ config_id: '42b34949e138eb6e027c123cba77fAAA' }),
  ],
  [
    'externalcontact/get_contact_way',
    () => ways.getContactWay(wecom, 'a'),
    expect.objectContaining({ state: 'teststate' }),
  ],
  [
    'externalcontact/update_contact_way',
    () => ways.updateContactWay(wecom, { config_id: 'a', user: ['b'] }),
    undefined,
  ],
  ['externalcontact/del_contact_way', () => ways.deleteContactWay(wecom, 'a'), undefined],
  [
    'externalcontact/send_welcome_msg',
    () => sendWelcome(wecom, { welcome_code: 'c', text: { content: 't' } }, soon()),
    undefined,
  ],
  [
    'externalcontact/add_msg_template',
    () => groupSend.addGroupSend(wecom, { sender: 'a', external_userid: ['b'] }),
    expect.objectContaining({ msgid: 'msgGCAAAXtWyujaWJHDDGi0mAAAA', fail_list: ['wmqfasd1e1927831123109rBAAAA'] }),
  ],
  [
    'externalcontact/get_groupmsg_list_v2',
    () => groupSend.listGroupSends(wecom, { chat_type: 'single', start_time: 1, end_time: 2 }),
    [expect.objectContaining({ msgid: 'msgGCAAAXtWyujaWJHDDGi0mAAAA' })],
  ],
  [
    'externalcontact/get_groupmsg_task',
    () => groupSend.listGroupSendTasks(wecom, 'm'),
    [expect.objectContaining({ userid: 'zhangsan' })],
  ],
  [
    'externalcontact/get_groupmsg_send_result',
    () => groupSend.listGroupSendResults(wecom, 'm', 'zhangsan'),
    [expect.objectContaining({ status: 1 })],
  ],
  ['externalcontact/remind_groupmsg_send', () => groupSend.remindGroupSend(wecom, 'm'), undefined],
  ['externalcontact/cancel_groupmsg_send', () => groupSend.cancelGroupSend(wecom, 'm'), undefined],
  [
    'externalcontact/transfer_customer',
    () => transfer.transferCustomers(wecom, { handover_userid: 'a', takeover_userid: 'b', external_userid: ['c'] }),
    expect.arrayContaining([expect.objectContaining({ errcode: 0 })]),
  ],
  [
    'externalcontact/transfer_result',
    () => transfer.listTransferOutcomes(wecom, { handover_userid: 'a', takeover_userid: 'b' }),
    expect.arrayContaining([expect.objectContaining({ status: 3 })]),
  ],
  [
    'externalcontact/resigned/transfer_customer',
    () => transfer.transferFromLeaver(wecom, { handover_userid: 'a', takeover_userid: 'b', external_userid: ['c'] }),
    expect.arrayContaining([expect.objectContaining({ errcode: 0 })]),
  ],
  [
    'externalcontact/resigned/transfer_result',
    () => transfer.listLeaverTransferOutcomes(wecom, { handover_userid: 'a', takeover_userid: 'b' }),
    expect.arrayContaining([expect.objectContaining({ status: 2 })]),
  ],
  [
    'externalcontact/get_unassigned_list',
    () => transfer.listUnassigned(wecom),
    expect.arrayContaining([expect.objectContaining({ handover_userid: 'zhangsan' })]),
  ],
  [
    'externalcontact/groupchat/list',
    () => groups.listGroupChats(wecom, ['abel']),
    [expect.objectContaining({ status: 0 }), expect.anything()],
  ],
  [
    'externalcontact/groupchat/get',
    () => groups.getGroupChat(wecom, 'c'),
    expect.objectContaining({ name: '销售客服群', owner: 'ZhuShengBen' }),
  ],
  ['externalcontact/opengid_to_chatid', () => groups.chatIdOf(wecom, 'o'), 'ooAAAAAAAAAAA'],
  [
    'message/send',
    () => sendAppMessage(wecom, ['a', 'b'], { msgtype: 'text', text: { content: 'x' } }),
    expect.objectContaining({ invaliduser: ['userid1', 'userid2'], msgid: 'xxxx', response_code: 'xyzxyz' }),
  ],
  [
    'message/update_template_card',
    () => updateCard(wecom, { userids: ['a'], response_code: 'r', button: { replace_name: '已接受' } }),
    expect.objectContaining({ invaliduser: [] }),
  ],
  [
    'media/upload',
    () => uploadMedia(wecom, 'image', { name: 'a.png', type: 'image/png', bytes }),
    expect.objectContaining({ media_id: expect.any(String) }),
  ],
  [
    'media/uploadimg',
    () => uploadImage(wecom, { name: 'a.png', type: 'image/png', bytes }),
    expect.stringMatching(/^http/),
  ],
  [
    'user/get',
    () => directory.getMember(wecom, 'zhangsan'),
    expect.objectContaining({ name: '张三', status: 1, department: [1, 2] }),
  ],
  ['user/simplelist', () => directory.listMembers(wecom, 1), [expect.objectContaining({ userid: 'zhangsan' })]],
  [
    'department/list',
    () => directory.listDepartments(wecom),
    [expect.objectContaining({ id: 2 }), expect.objectContaining({ id: 3 })],
  ],
  ['auth/getuserdetail', () => oauth.getVisitorDetail(wecom, 't'), expect.objectContaining({ mobile: '13800000000' })],
  [
    'kf/account/list',
    () => kf.listKfAccounts(wecom),
    [expect.objectContaining({ name: '咨询客服', manage_privilege: false })],
  ],
  [
    'kf/sync_msg',
    () => kf.syncKfMessages(wecom, { open_kfid: 'wk' }),
    expect.objectContaining({
      has_more: 1,
      next_cursor: '4gw7MepFLfgF2VC5npN',
      msg_list: [expect.objectContaining({ origin: 3 })],
    }),
  ],
  [
    'kf/send_msg',
    () => kf.sendKfMessage(wecom, { touser: 'a', open_kfid: 'b', msgid: 'm', msgtype: 'text', text: { content: 'x' } }),
    { msgid: 'MSG_ID' },
  ],
  [
    'kf/send_msg_on_event',
    () => kf.sendKfEventMessage(wecom, { code: 'c', msgtype: 'text', text: { content: 'x' } }),
    { msgid: 'MSG_ID' },
  ],
  [
    'kf/service_state/trans',
    () => kf.moveKfState(wecom, { open_kfid: 'a', external_userid: 'b', service_state: 3, servicer_userid: 'c' }),
    expect.objectContaining({ msg_code: 'MSG_CODE' }),
  ],
  [
    'kf/customer/batchget',
    () => kf.getKfCustomers(wecom, ['a']),
    expect.objectContaining({
      customer_list: [expect.objectContaining({ nickname: '张三' })],
      invalid_external_userid: ['zhangsan'],
    }),
  ],
  [
    'agent/get',
    () => menu.getAppSettings(wecom),
    expect.objectContaining({ redirect_domain: 'open.work.weixin.qq.com' }),
  ],
]

describe('published answers', () => {
  it.each(rows)('of %s are understood', async (path, run, expected) => {
    sample(path)
    expect(await run()).toEqual(expected)
    expect(fake.of(path)).toHaveLength(1)
  })
})

describe('lists', () => {
  it('that WeCom leaves out are empty', async () => {
    expect(await contacts.listFollowUsers(wecom)).toEqual([])
    expect(await tags.listCorpTags(wecom)).toEqual([])
    expect(await kf.listKfAccounts(wecom)).toEqual([])
    expect(await kf.syncKfMessages(wecom, { open_kfid: 'wk' })).toMatchObject({ msg_list: [], next_cursor: '' })
    expect(await menu.getMenu(wecom)).toEqual([])
  })

  it('are read to the last page, and not for ever when a cursor repeats', async () => {
    const page = (userid: string, next_cursor: string) => ({
      errcode: 0,
      task_list: [{ userid, status: 0 }],
      next_cursor,
    })
    fake.script('externalcontact/get_groupmsg_task', page('a', 'c1'), page('b', 'c2'), page('c', 'c2'))
    expect((await groupSend.listGroupSendTasks(wecom, 'm')).map(({ userid }) => userid)).toEqual(['a', 'b', 'c'])
    expect(fake.of('externalcontact/get_groupmsg_task').map(({ body }) => (body as { cursor: string }).cursor)).toEqual(
      ['', 'c1', 'c2'],
    )
  })

  it('of a member without customers are empty', async () => {
    fake.script('externalcontact/list', { errcode: 84061, errmsg: 'not external contact', external_userid: [] })
    expect(await contacts.listCustomers(wecom, 'a')).toEqual([])
  })

  it('of many kf accounts are read by offset', async () => {
    const accounts = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ open_kfid: `wk${index}`, name: 'n' }))
    fake.script(
      'kf/account/list',
      { errcode: 0, account_list: accounts(100) },
      { errcode: 0, account_list: accounts(3) },
    )
    expect(await kf.listKfAccounts(wecom)).toHaveLength(103)
    expect(fake.of('kf/account/list')[1]?.body).toMatchObject({ offset: 100 })
  })
})

describe('a welcome', () => {
  const request = { welcome_code: 'c', text: { content: '您好' } }
  const hangUp: Scripted = (_, __, incoming) => {
    incoming.socket.destroy()
    return undefined
  }

  it('that was not answered is sent again at once', async () => {
    fake.script('externalcontact/send_welcome_msg', hangUp, { errcode: 0 })
    await sendWelcome(wecom, request, soon())
    expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(2)
  })

  it('that was not answered and whose code is used then was most likely ours', async () => {
    fake.script('externalcontact/send_welcome_msg', hangUp, { errcode: 41051, errmsg: 'x' })
    await expect(sendWelcome(wecom, request, soon())).rejects.toBeInstanceOf(OutcomeUnknown)
  })

  it('that another app is sending is tried once more, no oftener', async () => {
    fake.script('externalcontact/send_welcome_msg', { errcode: 41096, errmsg: 'x' })
    await expect(sendWelcome(wecom, request, soon())).rejects.toMatchObject({ reason: 'wecom_41096' })
    expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(2)
  })

  it('that another app sent is not tried again', async () => {
    fake.script('externalcontact/send_welcome_msg', { errcode: 41051, errmsg: 'x' })
    await expect(sendWelcome(wecom, request, soon())).rejects.toMatchObject({ reason: 'wecom_41051' })
    expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(1)
  })

  it('after its twenty seconds is not sent', async () => {
    await expect(sendWelcome(wecom, request, clock.now())).rejects.toBeInstanceOf(GiveUp)
    expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(0)
  })
})

describe('requests', () => {
  it('no tags to change is no call', async () => {
    await tags.markTags(wecom, { userid: 'a', external_userid: 'b', add_tag: [] })
    expect(fake.received).toHaveLength(0)
  })

  it('an app message names its app and its receivers', async () => {
    await sendAppMessage(wecom, ['LiLei', 'HanMeimei'], { msgtype: 'text', text: { content: 'x' } })
    expect(fake.of('message/send')[0]?.body).toEqual({
      touser: 'LiLei|HanMeimei',
      agentid: 1000002,
      msgtype: 'text',
      text: { content: 'x' },
    })
  })

  it('a file goes as multipart with name and length', async () => {
    fake.script('media/upload', { type: 'file', media_id: 'm', created_at: '1' })
    await uploadMedia(wecom, 'file', { name: '报价"单.pdf', type: 'application/pdf', bytes })
    const [received] = fake.of('media/upload')
    expect(received).toMatchObject({
      query: { type: 'file' },
      type: expect.stringMatching(/^multipart\/form-data; boundary=/),
    })
    expect(received?.raw.toString()).toContain(
      'name="media"; filename="报价_单.pdf"; filelength=5\r\nContent-Type: application/pdf\r\n\r\nhello\r\n--',
    )
  })

  it('a repeated kf msgid was sent before', async () => {
    fake.script('kf/send_msg', { errcode: 95033, errmsg: 'msgid repeated' })
    const message = { touser: 'a', open_kfid: 'b', msgid: 'm-1', msgtype: 'text', text: { content: 'x' } }
    expect(await kf.sendKfMessage(wecom, message)).toEqual({ msgid: 'm-1' })
  })

  it('a contact way that is gone need not be deleted', async () => {
    fake.script('externalcontact/del_contact_way', { errcode: 41044, errmsg: 'x' })
    await ways.deleteContactWay(wecom, 'gone')
  })

  it('a contact way is found by its state, one deleted meanwhile is passed over', async () => {
    const listed = (config_id: string, next_cursor: string) => ({
      errcode: 0,
      contact_way: [{ config_id }],
      next_cursor,
    })
    fake.script('externalcontact/list_contact_way', listed('gone', 'c1'), listed('mine', 'c2'))
    fake.script(
      'externalcontact/get_contact_way',
      { errcode: 41044, errmsg: 'x' },
      { errcode: 0, contact_way: { config_id: 'mine', state: 's1', qr_code: 'https://q' } },
    )
    expect(await ways.findContactWay(wecom, 's1', clock.now())).toEqual({ configId: 'mine', qrCode: 'https://q' })
    fake.script('externalcontact/list_contact_way', { errcode: 0 })
    expect(await ways.findContactWay(wecom, 's1', clock.now())).toBeNull()
  })

  it('the menu and the home page belong to this app', async () => {
    await menu.createMenu(wecom, [{ type: 'view', name: '线索', url: 'https://crm.example.com/sidebar' }])
    await menu.setAppSettings(wecom, { home_url: 'https://crm.example.com/' })
    expect(fake.of('menu/create')[0]).toMatchObject({
      query: { agentid: '1000002' },
      body: { button: [{ type: 'view' }] },
    })
    expect(fake.of('agent/set')[0]?.body).toEqual({ agentid: 1000002, home_url: 'https://crm.example.com/' })
  })
})

describe('who a visitor is', () => {
  it.each([
    [
      { userid: 'LiLei', user_ticket: 't' },
      { userid: 'LiLei', userTicket: 't' },
    ],
    [{ UserId: 'LiLei' }, { userid: 'LiLei' }],
    [
      { openid: 'o1', external_userid: 'wm1' },
      { openid: 'o1', externalUserid: 'wm1' },
    ],
    [{ OpenId: 'o1', userid: '' }, { openid: 'o1' }],
  ])('%j', async (answer, expected) => {
    fake.script('auth/getuserinfo', { errcode: 0, ...answer })
    expect(await oauth.whoIs(wecom, 'code')).toEqual(expected)
  })

  it('is asked by a URL WeCom accepts', () => {
    const url = oauth.authorizeUrl(
      { corpId: 'ww1', agentId: 7, oauthUrl: 'https://open.weixin.qq.com/connect/oauth2/authorize' },
      { redirect: 'https://crm.example.com:8443/c/a?b=1', state: 'xyz' },
    )
    expect(url).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fcrm.example.com%3A8443%2Fc%2Fa%3Fb%3D1&response_type=code&scope=snsapi_base&state=xyz&agentid=7#wechat_redirect',
    )
  })

  it('a page is signed with the ticket of its kind', async () => {
    fake.script('ticket/get', { errcode: 0, ticket: 'agent-ticket', expires_in: 7200 })
    const { timestamp, nonceStr, signature } = await pageSignature(
      wecom,
      clock,
      'agent',
      'https://crm.example.com/sidebar#x',
    )
    expect(signature).toBe(
      signPage({ ticket: 'agent-ticket', nonce: nonceStr, timestamp, url: 'https://crm.example.com/sidebar' }),
    )
  })
})
