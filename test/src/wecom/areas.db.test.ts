import { describe, expect, it } from 'vitest'
import { GiveUp, OutcomeUnknown } from '../../../src/failures.ts'
import { sendAppMessage } from '../../../src/wecom/app-messages.ts'
import * as ways from '../../../src/wecom/contact-ways.ts'
import * as contacts from '../../../src/wecom/contacts.ts'
import { signPage } from '../../../src/wecom/crypto.ts'
import * as groupSend from '../../../src/wecom/group-send.ts'
import * as kf from '../../../src/wecom/kf.ts'
import { uploadMedia } from '../../../src/wecom/media.ts'
import * as menu from '../../../src/wecom/menu.ts'
import * as oauth from '../../../src/wecom/oauth.ts'
import * as tags from '../../../src/wecom/tags.ts'
import { pageSignature } from '../../../src/wecom/tickets.ts'
import { sendWelcome } from '../../../src/wecom/welcome.ts'

import { wecomBench } from '../../support/wecom-bench.ts'
import type { Scripted } from '../../support/wecom-fake.ts'

const bench = wecomBench()
const soon = () => new Date(bench.clock.now().getTime() + 20_000)

describe('lists', () => {
  it('that WeCom leaves out are empty', async () => {
    expect(await contacts.listFollowUsers(bench.wecom)).toEqual([])
    expect(await tags.listCorpTags(bench.wecom)).toEqual([])
    expect(await kf.listKfAccounts(bench.wecom)).toEqual([])
    expect(await kf.syncKfMessages(bench.wecom, { open_kfid: 'wk' })).toMatchObject({ msg_list: [], next_cursor: '' })
    expect(await menu.getMenu(bench.wecom)).toEqual([])
  })

  it('are read to the last page, and not for ever when a cursor repeats', async () => {
    const page = (userid: string, next_cursor: string) => ({
      errcode: 0,
      task_list: [{ userid, status: 0 }],
      next_cursor,
    })
    bench.fake.script('externalcontact/get_groupmsg_task', page('a', 'c1'), page('b', 'c2'), page('c', 'c2'))
    expect((await groupSend.listGroupSendTasks(bench.wecom, 'm')).map(({ userid }) => userid)).toEqual(['a', 'b', 'c'])
    expect(
      bench.fake.of('externalcontact/get_groupmsg_task').map(({ body }) => (body as { cursor: string }).cursor),
    ).toEqual(['', 'c1', 'c2'])
  })

  it('of a member without customers are empty', async () => {
    bench.fake.script('externalcontact/list', { errcode: 84061, errmsg: 'not external contact', external_userid: [] })
    expect(await contacts.listCustomers(bench.wecom, 'a')).toEqual([])
  })

  it('of many kf accounts are read by offset', async () => {
    const accounts = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ open_kfid: `wk${index}`, name: 'n' }))
    bench.fake.script(
      'kf/account/list',
      { errcode: 0, account_list: accounts(100) },
      { errcode: 0, account_list: accounts(3) },
    )
    expect(await kf.listKfAccounts(bench.wecom)).toHaveLength(103)
    expect(bench.fake.of('kf/account/list')[1]?.body).toMatchObject({ offset: 100 })
  })
})

describe('a welcome', () => {
  const request = { welcome_code: 'c', text: { content: '您好' } }
  const hangUp: Scripted = (_, __, incoming) => {
    incoming.socket.destroy()
    return undefined
  }

  it('that was not answered is sent again at once', async () => {
    bench.fake.script('externalcontact/send_welcome_msg', hangUp, { errcode: 0 })
    await sendWelcome(bench.wecom, request, soon())
    expect(bench.fake.of('externalcontact/send_welcome_msg')).toHaveLength(2)
  })

  it('that was not answered and whose code is used then was most likely ours', async () => {
    bench.fake.script('externalcontact/send_welcome_msg', hangUp, { errcode: 41051, errmsg: 'x' })
    await expect(sendWelcome(bench.wecom, request, soon())).rejects.toBeInstanceOf(OutcomeUnknown)
  })

  it('that another app is sending is tried once more, no oftener', async () => {
    bench.fake.script('externalcontact/send_welcome_msg', { errcode: 41096, errmsg: 'x' })
    await expect(sendWelcome(bench.wecom, request, soon())).rejects.toMatchObject({ reason: 'wecom_41096' })
    expect(bench.fake.of('externalcontact/send_welcome_msg')).toHaveLength(2)
  })

  it('that another app sent is not tried again', async () => {
    bench.fake.script('externalcontact/send_welcome_msg', { errcode: 41051, errmsg: 'x' })
    await expect(sendWelcome(bench.wecom, request, soon())).rejects.toMatchObject({ reason: 'wecom_41051' })
    expect(bench.fake.of('externalcontact/send_welcome_msg')).toHaveLength(1)
  })

  it('after its twenty seconds is not sent', async () => {
    await expect(sendWelcome(bench.wecom, request, bench.clock.now())).rejects.toBeInstanceOf(GiveUp)
    expect(bench.fake.of('externalcontact/send_welcome_msg')).toHaveLength(0)
  })
})

describe('requests', () => {
  it('no tags to change is no call', async () => {
    await tags.markTags(bench.wecom, { userid: 'a', external_userid: 'b', add_tag: [] })
    expect(bench.fake.received).toHaveLength(0)
  })

  it('an app message names its app and its receivers', async () => {
    await sendAppMessage(bench.wecom, ['LiLei', 'HanMeimei'], { msgtype: 'text', text: { content: 'x' } })
    expect(bench.fake.of('message/send')[0]?.body).toEqual({
      touser: 'LiLei|HanMeimei',
      agentid: 1000002,
      msgtype: 'text',
      text: { content: 'x' },
    })
  })

  it('a file goes as multipart with its name', async () => {
    bench.fake.script('media/upload', { type: 'file', media_id: 'm', created_at: '1' })
    await uploadMedia(bench.wecom, 'file', {
      name: '报价"单.pdf',
      type: 'application/pdf',
      bytes: Buffer.from('hello'),
    })
    const [received] = bench.fake.of('media/upload')
    expect(received).toMatchObject({
      query: { type: 'file' },
      type: expect.stringMatching(/^multipart\/form-data; boundary=/),
    })
    expect(received?.raw.toString()).toContain(
      'name="media"; filename="报价_单.pdf"\r\nContent-Type: application/pdf\r\n\r\nhello\r\n--',
    )
  })

  it('a repeated kf msgid was sent before', async () => {
    bench.fake.script('kf/send_msg', { errcode: 95033, errmsg: 'msgid repeated' })
    const message = { touser: 'a', open_kfid: 'b', msgid: 'm-1', msgtype: 'text', text: { content: 'x' } }
    expect(await kf.sendKfMessage(bench.wecom, message)).toEqual({ msgid: 'm-1' })
  })

  it('a contact way that is gone need not be deleted', async () => {
    bench.fake.script('externalcontact/del_contact_way', { errcode: 41044, errmsg: 'x' })
    await ways.deleteContactWay(bench.wecom, 'gone')
  })

  it('a contact way is found by its state, one deleted meanwhile is passed over', async () => {
    const listed = (config_id: string, next_cursor: string) => ({
      errcode: 0,
      contact_way: [{ config_id }],
      next_cursor,
    })
    bench.fake.script('externalcontact/list_contact_way', listed('gone', 'c1'), listed('mine', 'c2'))
    bench.fake.script(
      'externalcontact/get_contact_way',
      { errcode: 41044, errmsg: 'x' },
      { errcode: 0, contact_way: { config_id: 'mine', state: 's1', qr_code: 'https://q' } },
    )
    expect(await ways.findContactWay(bench.wecom, 's1', bench.clock.now())).toEqual({
      configId: 'mine',
      qrCode: 'https://q',
    })
    bench.fake.script('externalcontact/list_contact_way', { errcode: 0 })
    expect(await ways.findContactWay(bench.wecom, 's1', bench.clock.now())).toBeNull()
  })

  it('the menu and the home page belong to this app', async () => {
    await menu.createMenu(bench.wecom, [{ type: 'view', name: '线索', url: 'https://crm.example.com/sidebar' }])
    await menu.setAppSettings(bench.wecom, { home_url: 'https://crm.example.com/' })
    expect(bench.fake.of('menu/create')[0]).toMatchObject({
      query: { agentid: '1000002' },
      body: { button: [{ type: 'view' }] },
    })
    expect(bench.fake.of('agent/set')[0]?.body).toEqual({ agentid: 1000002, home_url: 'https://crm.example.com/' })
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
    bench.fake.script('auth/getuserinfo', { errcode: 0, ...answer })
    expect(await oauth.whoIs(bench.wecom, 'code')).toEqual(expected)
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
    bench.fake.script('ticket/get', { errcode: 0, ticket: 'agent-ticket', expires_in: 7200 })
    const { timestamp, nonceStr, signature } = await pageSignature(
      bench.wecom,
      bench.clock,
      'agent',
      'https://crm.example.com/sidebar#x',
    )
    expect(signature).toBe(
      signPage({ ticket: 'agent-ticket', nonce: nonceStr, timestamp, url: 'https://crm.example.com/sidebar' }),
    )
  })
})
