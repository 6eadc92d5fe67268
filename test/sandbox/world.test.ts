import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Company, company } from './company.ts'

let here: Company
afterEach(() => here.close())

describe('live codes', () => {
  it('give their state back in the event and in the follow relation, and stop when deleted', async () => {
    here = await company()
    const { state, config_id, qr_code } = await here.code('LiLei', { remark: '展会 A' })
    expect(await (await fetch(qr_code)).text()).toContain('<svg')
    const { external_userid } = await here.sandbox.customerScans({ configId: config_id, name: '张三' })
    await here.sandbox.idle()
    expect(here.last('State')).toBe(state)
    const got = await here.ask('externalcontact/get', undefined, { external_userid })
    expect(got.follow_user).toMatchObject([{ state }])
    expect(await here.ask('externalcontact/get_contact_way', { config_id })).toMatchObject({
      contact_way: { state, remark: '展会 A' },
    })
    await here.ask('externalcontact/update_contact_way', { config_id, remark: '展会 B' })
    expect(await here.ask('externalcontact/get_contact_way', { config_id })).toMatchObject({
      contact_way: { state, remark: '展会 B', user: ['LiLei'] },
    })
    await here.ask('externalcontact/del_contact_way', { config_id })
    await expect(here.sandbox.customerScans({ configId: config_id, name: '李四' })).rejects.toThrow('没有这个活码')
    expect(await here.ask('externalcontact/get_contact_way', { config_id })).toMatchObject({ errcode: 41044 })
  })

  it('want one person when single, people who exist, and a state of at most 30 characters', async () => {
    here = await company()
    expect(await here.code('Nobody')).toMatchObject({ errcode: 40003 })
    expect(await here.code('LiLei', { user: ['LiLei', 'LiuYang'] })).toMatchObject({ errcode: 41041 })
    expect(await here.code('LiLei', { state: 'x'.repeat(31) })).toMatchObject({ errcode: 40058 })
  })

  it('with verification tell nothing until the member accepts', async () => {
    here = await company()
    const { state } = await here.code('LiLei', { skip_verify: false })
    const { external_userid: customer } = await here.sandbox.customerScans({ state, name: '张三' })
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(0)
    await here.sandbox.staffAddsBack({ userid: 'LiLei', customer })
    await here.sandbox.idle()
    expect(here.last('State')).toBe(state)
  })
})

describe('authorization', () => {
  it('tells who opened a link: a member by userid, a customer by external_userid, a stranger by openid alone', async () => {
    here = await company()
    const customer = await here.friend('LiLei')
    const codes: string[] = []
    const product = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://product')
      if (url.pathname === '/back') {
        codes.push(url.searchParams.get('code') ?? '')
        return void response.end(`hello ${url.searchParams.get('state')}`)
      }
      const redirect = encodeURIComponent(`http://127.0.0.1:${(product.address() as AddressInfo).port}/back`)
      const query = `appid=wwb0c4d7e5a1f39268&redirect_uri=${redirect}&response_type=code&scope=snsapi_base&state=abc&agentid=1000002`
      response
        .writeHead(302, { location: `${here.sandbox.url}/connect/oauth2/authorize?${query}#wechat_redirect` })
        .end()
    })
    await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(product.address() as AddressInfo).port}/s/x`
    try {
      for (const person of [`customer:${customer}`, 'staff:LiLei', 'stranger:oSomebody'])
        expect(await here.sandbox.openLink({ person, url })).toMatchObject({ status: 200, body: 'hello abc' })
    } finally {
      product.close()
    }
    const who = (code = '') => here.ask('auth/getuserinfo', undefined, { code })
    expect(await who(codes[0])).toMatchObject({ external_userid: customer, openid: expect.any(String) })
    expect(await who(codes[1])).toMatchObject({ userid: 'LiLei' })
    expect(await who(codes[2])).toMatchObject({ openid: 'oSomebody' })
    expect(await who(codes[2])).toMatchObject({ errcode: 42022 })
    expect(await who('nonsense')).toMatchObject({ errcode: 40029 })
  })

  it('asks who one is when nobody is chosen, and refuses a redirect outside the trusted domain', async () => {
    here = await company({ trustedDomain: 'app.example:3000' })
    const query = (redirect: string) =>
      `${here.sandbox.url}/connect/oauth2/authorize?appid=wwb0c4d7e5a1f39268&redirect_uri=${encodeURIComponent(redirect)}&response_type=code&scope=snsapi_base&state=a`
    expect(await (await fetch(query('http://app.example:3000/x'))).text()).toContain('你现在是谁')
    expect(await (await fetch(query('http://app.example/x'))).text()).toContain('50001')
  })
})

describe('uploads', () => {
  it('need a filename, a picture that is one, and live three days', async () => {
    here = await company({ faults: { variety: false } })
    const token = await here.refreshToken()
    const upload = async (bytes: Uint8Array<ArrayBuffer>, type = 'image') => {
      const form = new FormData()
      form.set('media', new Blob([bytes]), 'a.png')
      const answer = await fetch(`${here.sandbox.url}/cgi-bin/media/upload?access_token=${token}&type=${type}`, {
        method: 'POST',
        body: form,
      })
      return (await answer.json()) as { media_id: string; created_at: string; errcode: number }
    }
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3])
    const good = await upload(png)
    expect(good).toMatchObject({ type: 'image', created_at: expect.any(String), media_id: expect.any(String) })
    expect((await upload(new Uint8Array(20))).errcode).toBe(40005)
    expect((await upload(new Uint8Array(3), 'file')).errcode).toBe(45001)
    const message = { touser: 'LiLei', msgtype: 'image', agentid: 1000002, image: { media_id: good.media_id } }
    expect(await here.ask('message/send', message)).toMatchObject({ errcode: 0 })
    here.clock.advance(3 * 86_400_000 + 1)
    await here.refreshToken()
    expect(await here.ask('message/send', message)).toMatchObject({ errcode: 40145 })
  })
})

describe('the world', () => {
  it('is the same after a restart, tokens included, and begins again on reset', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-'))
    const snapshotFile = path.join(folder, 'world.json')
    here = await company({ snapshotFile })
    const customer = await here.friend('LiLei')
    const token = await here.refreshToken()
    await here.close()
    expect(JSON.parse(await readFile(snapshotFile, 'utf8'))).toHaveProperty('customers')
    here = await company({ snapshotFile })
    expect(await here.refreshToken()).toBe(token)
    expect(here.sandbox.world.customers[customer]?.name).toBe('张三')
    here.sandbox.reset()
    expect(here.sandbox.world.customers).toEqual({})
    await here.close()
    await rm(folder, { recursive: true })
    here = await company()
  })

  it('is driven over HTTP as by functions, and refuses what cannot happen', async () => {
    here = await company()
    const act = (name: string, body: unknown, type = 'application/json') =>
      fetch(`${here.sandbox.url}/sandbox/api/${name}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(body),
      })
    const { state } = await here.code('LiLei')
    const scanned = (await (await act('customerScans', { state, name: '张三' })).json()) as { external_userid: string }
    expect(here.sandbox.world.customers[scanned.external_userid]?.name).toBe('张三')
    expect(
      (await act('staffWrites', { userid: 'HanMeimei', customer: scanned.external_userid, text: '您好' })).status,
    ).toBe(409)
    expect((await act('customerScans', { half: 'yes' })).status).toBe(422)
    expect((await act('fly', {})).status).toBe(404)
    expect((await act('reset', {}, 'text/plain')).status).toBe(415)
    expect(await (await act('faults', { preset: 'rough' })).json()).toMatchObject({ callbacks: { duplicate: 0.2 } })
    const view = (await (await fetch(`${here.sandbox.url}/sandbox/api/overview`)).json()) as { staff: unknown[] }
    expect(view.staff).toHaveLength(9)
  })

  it('runs as a process of its own, says where, and ends on SIGTERM', async () => {
    here = await company()
    const child = spawn(process.execPath, ['build/sandbox/main.js'], {
      env: { ...process.env, SANDBOX_PORT: '0' },
    })
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data) => resolve(String(data)))
      child.once('exit', () => reject(new Error('ended before it was ready')))
    })
    const ready = JSON.parse(line) as { ready: boolean; url: string }
    expect(ready.ready).toBe(true)
    expect((await fetch(`${ready.url}/`)).status).toBe(200)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  }, 20_000)
})
