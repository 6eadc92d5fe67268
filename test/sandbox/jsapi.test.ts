import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sandboxCredentials } from '../../sandbox/credentials.ts'
import { type Company, company } from './company.ts'

let here: Company
let customer: string
beforeEach(async () => {
  here = await company({ faults: { variety: false } })
  customer = await here.friend('LiLei')
})
afterEach(() => here.close())

const url = 'http://app.test/sidebar?a=1'
const wanted = ['getContext', 'getCurExternalContact', 'sendChatMessage']
const ask = (name: string, params: Record<string, unknown> = {}, more: object = {}) =>
  here.sandbox.jsapi({ userid: 'LiLei', entry: 'single_chat_tools', customer, url, name, params, ...more })

async function signed(kind: 'corp' | 'agent', page = url) {
  const answer =
    kind === 'corp'
      ? await here.ask('get_jsapi_ticket')
      : await here.ask('ticket/get', undefined, { type: 'agent_config' })
  const timestamp = '1700000000'
  const nonceStr = 'abc'
  const text = `jsapi_ticket=${answer.ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${page}`
  return { timestamp, nonceStr, signature: createHash('sha1').update(text).digest('hex') }
}
async function agentConfig(jsApiList = wanted, page = url) {
  const { corpId, agentId } = sandboxCredentials
  return ask('agentConfig', { corpid: corpId, agentid: String(agentId), jsApiList, ...(await signed('agent', page)) })
}

describe('a page in the client', () => {
  it('is told nothing before the app vouched for it, and then only what it asked to call', async () => {
    expect(await ask('getCurExternalContact')).toMatchObject({ err_msg: 'getCurExternalContact:fail no permission' })
    expect(await agentConfig(['getContext'])).toMatchObject({ err_msg: 'agentConfig:ok' })
    expect(await ask('getContext')).toMatchObject({ err_msg: 'getContext:ok', entry: 'single_chat_tools' })
    expect(await ask('getCurExternalContact')).toMatchObject({ err_code: -1 })
    await agentConfig()
    expect(await ask('getCurExternalContact')).toMatchObject({ err_code: 0, userId: customer })
  })

  it('is refused with the corp’s ticket, another page’s signature, or another app', async () => {
    const { corpId, agentId } = sandboxCredentials
    const config = { corpid: corpId, agentid: String(agentId), jsApiList: wanted }
    for (const params of [
      { ...config, ...(await signed('corp')) },
      { ...config, ...(await signed('agent', 'http://app.test/other')) },
      { ...config, agentid: '1', ...(await signed('agent')) },
    ])
      expect(await ask('agentConfig', params)).toMatchObject({ err_code: -1 })
  })

  it('learns nobody’s name outside a chat with a customer', async () => {
    await agentConfig()
    expect(await ask('getCurExternalContact', {}, { entry: 'normal' })).toMatchObject({
      err_msg: 'getCurExternalContact:fail without context of external contact',
    })
    expect(await ask('getCurExternalContact', {}, { customer: 'wmStranger' })).toMatchObject({ err_code: -1 })
  })

  it('puts a message into the chat as the member’s own, as long as they are friends', async () => {
    await agentConfig()
    const news = { link: 'http://app.test/s/abc', title: '交期自查表', desc: '十个问题' }
    expect(await ask('sendChatMessage', { msgtype: 'text', text: { content: '您好' } })).toMatchObject({ err_code: 0 })
    expect(await ask('sendChatMessage', { msgtype: 'news', news })).toMatchObject({ err_code: 0 })
    expect(here.sandbox.received(customer)).toMatchObject([
      { via: 'tool', from: 'staff', text: '您好' },
      { via: 'tool', attachments: [{ msgtype: 'link', link: { url: news.link, title: news.title } }] },
    ])
    for (const bad of [{ msgtype: 'shout' }, { msgtype: 'text', text: {} }, { msgtype: 'news', news: { link: 'x' } }])
      expect(await ask('sendChatMessage', bad)).toMatchObject({ err_code: -1 })
    await here.sandbox.customerDeletes({ customer, userid: 'LiLei' })
    expect(await ask('sendChatMessage', { msgtype: 'text', text: { content: '还在吗' } })).toMatchObject({
      err_msg: 'sendChatMessage:fail no permission',
    })
    expect(here.sandbox.received(customer)).toHaveLength(2)
  })

  it('meets a refusal that was switched on', async () => {
    await here.sandbox.setFaults({ jsapi: [{ name: 'agentConfig', words: 'fail, invalid signature(40093)' }] })
    expect(await agentConfig()).toMatchObject({ err_msg: 'agentConfig:fail, invalid signature(40093)' })
  })
})
