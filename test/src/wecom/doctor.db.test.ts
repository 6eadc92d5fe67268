import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { deriveKeys } from '../../../src/leads/seal-keys.ts'
import { createWecom, type Wecom } from '../../../src/wecom/client.ts'
import { verifyUrl } from '../../../src/wecom/crypto.ts'
import { examine, steps } from '../../../src/wecom/doctor.ts'
import type { Finding, Patient } from '../../../src/wecom/doctor-step.ts'
import { testDatabase } from '../../support/db.ts'
import { type FakeWecom, fakeWecom, type Scripted } from '../../support/wecom-fake.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let fake: FakeWecom
const clock = movableClock('2026-03-01T02:00:00Z')
const opened: Wecom[] = []
let patient: Patient

beforeAll(async () => {
  db = await testDatabase()
  fake = await fakeWecom()
})
afterAll(() => Promise.all(opened.map((one) => one.close())))

const keys = { token: 'QDG6eK', aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C' }
const corpId = 'ww1f2e3d4c5b6a7980'

/** Our own server as WeCom sees it: answers the URL check. */
const door: Scripted = ({ query }, response) => {
  const { msg_signature: signature = '', timestamp = '', nonce = '', echostr = '' } = query
  response.end(verifyUrl({ sets: [keys], corpId }, { signature, timestamp, nonce, echostr }))
  return undefined
}
const healthyApp = {
  errcode: 0,
  name: '线索',
  close: 0,
  allow_userinfos: { user: [{ userid: 'LiLei' }] },
  home_url: '',
}

beforeEach(async () => {
  fake.reset()
  clock.advance(86_400_000)
  await db.query('DELETE FROM wecom_calls')
  await db.query('DELETE FROM wecom_tokens')
  const host = new URL(fake.url).host
  fake.script('/wecom/callback', door)
  fake.script('/WW_verify_abc.txt', (_, response) => void response.end('abc') as undefined)
  fake.script('agent/get', { ...healthyApp, redirect_domain: host })
  fake.script('get_jsapi_ticket', { errcode: 0, ticket: 't', expires_in: 7200 })
  fake.script('ticket/get', { errcode: 0, ticket: 't', expires_in: 7200 })
  fake.script('menu/get', { errcode: 46003, errmsg: 'menu no exist' })
  fake.script('externalcontact/get_follow_user_list', { errcode: 0, follow_user: ['LiLei', 'WangMin'] })
  fake.script('department/list', { errcode: 0, department: [{ id: 2 }] })
  fake.script('user/simplelist', { errcode: 0, userlist: [{ userid: 'lilei' }, { userid: 'WangMin' }] })
  fake.script('kf/account/list', {
    errcode: 0,
    account_list: [{ open_kfid: 'wk1', name: '售前客服', manage_privilege: true }],
  })
  const wecomConfig = { corpId, agentId: 1000002, secret: randomBytes(6).toString('hex'), apiUrl: fake.url, ...keys }
  const config = { publicUrl: fake.url, contentUrl: fake.url, sandbox: false, dataDir: './data', wecom: wecomConfig }
  const wecom = createWecom({
    config,
    db,
    clock,
    log: pino({ level: 'silent' }),
    seal: createSeal(deriveKeys(randomBytes(32))),
    busyMs: 1,
  })
  opened.push(wecom)
  patient = {
    wecom,
    config,
    db,
    clock,
    callbackUrl: `${fake.url}/wecom/callback`,
    verifyFiles: ['WW_verify_abc.txt'],
    heard: { any: clock.now(), customer: clock.now() },
  }
})

const examined = async (): Promise<Record<string, Finding>> => {
  const findings: Record<string, Finding> = {}
  await examine(patient, (step, finding) => {
    findings[step.id] = finding
  })
  return findings
}

describe('the doctor', () => {
  it('walks in the order in which WeCom unlocks things', () => {
    expect(steps.map(({ id }) => id)).toEqual([
      'config',
      'callback',
      'trusted-ip',
      'trusted-domain',
      'chat-toolbar',
      'menu',
      'login',
      'customer-api',
      'scope',
      'kf',
      'welcome',
      'budget',
    ])
  })

  it('finds a healthy corp healthy and says so in Chinese', async () => {
    const findings = await examined()
    for (const id of ['callback', 'trusted-ip', 'trusted-domain', 'menu', 'customer-api', 'scope', 'kf', 'budget'])
      expect([id, findings[id]?.state, findings[id]?.text]).toEqual([
        id,
        'ok',
        expect.stringMatching(/\p{Script=Han}/u),
      ])
    expect(findings.scope?.text).toContain('2 名成员')
  })

  it('makes the menu and the home page, once', async () => {
    await examined()
    expect(fake.of('menu/create')[0]?.body).toMatchObject({
      button: [{ name: '工作台', url: `${fake.url}/console` }, {}, {}],
    })
    expect(fake.of('agent/set')[0]?.body).toMatchObject({ agentid: 1000002, home_url: `${fake.url}/console` })
    fake.script('menu/get', { errcode: 0, button: [{ name: '工作台' }, { name: '我的线索' }, { name: '帮助' }] })
    fake.script('agent/get', {
      ...healthyApp,
      redirect_domain: new URL(fake.url).host,
      home_url: `${fake.url}/console`,
    })
    await examined()
    expect(fake.of('menu/create')).toHaveLength(1)
    expect(fake.of('agent/set')).toHaveLength(1)
  })

  it('leaves a menu that somebody else made alone', async () => {
    fake.script('menu/get', { errcode: 0, button: [{ name: '请假' }] })
    const { menu } = await examined()
    expect(menu?.text).toContain('请假')
    expect(fake.of('menu/create')).toHaveLength(0)
  })

  it('says which IP to add where, and does not judge what it could not see', async () => {
    fake.script('agent/get', {
      errcode: 60020,
      errmsg: 'not allow to access from your ip, hint: [1_2_3], from ip: 203.0.113.9, more info',
    })
    const findings = await examined()
    expect(findings['trusted-ip']).toMatchObject({ state: 'fail', text: expect.stringContaining('203.0.113.9') })
    expect(findings['trusted-ip']?.text).toContain('企业可信IP')
    expect(findings.scope).toEqual({ state: 'warn', text: expect.stringContaining('凭证与企业可信 IP') })
    expect(fake.of('menu/create')).toHaveLength(0)
  })

  it('tells a wrong secret from a wrong IP', async () => {
    fake.script('gettoken', { errcode: 40001, errmsg: 'invalid credential' })
    expect((await examined())['trusted-ip']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('WECOM_SECRET'),
    })
  })

  it('notices a callback nobody answers, one with another token, and one behind a login page', async () => {
    patient.callbackUrl = 'http://127.0.0.1:1/wecom/callback'
    expect((await examined()).callback?.state).toBe('fail')
    patient.callbackUrl = `${fake.url}/wecom/callback`
    fake.script('/wecom/callback', (_, response) => void response.writeHead(403).end() as undefined)
    expect((await examined()).callback).toMatchObject({ state: 'fail', text: expect.stringContaining('WECOM_TOKEN') })
    fake.script('/wecom/callback', (_, response) => void response.end('<html>login</html>') as undefined)
    expect((await examined()).callback).toMatchObject({ state: 'fail', text: expect.stringContaining('反向代理') })
  })

  it('says what to fill in where while no event has come', async () => {
    patient.heard = { any: null, customer: null }
    const findings = await examined()
    expect(findings.callback).toMatchObject({ state: 'warn', text: expect.stringContaining(patient.callbackUrl) })
    expect(findings['customer-api']).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('外部联系人变更回调'),
    })
  })

  it('notices another trusted domain, and a verify file that is not served', async () => {
    fake.script('agent/get', { ...healthyApp, redirect_domain: 'old.example.com' })
    expect((await examined())['trusted-domain']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('old.example.com'),
    })
    fake.script('/WW_verify_abc.txt', (_, response) => void response.writeHead(404).end() as undefined)
    expect((await examined())['trusted-domain']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('WW_verify_abc.txt'),
    })
  })

  it('notices an app that may not read customers, and one without people', async () => {
    fake.script('externalcontact/get_follow_user_list', { errcode: 48002, errmsg: 'api forbidden' })
    expect((await examined())['customer-api']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('可调用接口的应用'),
    })
    fake.script('externalcontact/get_follow_user_list', { errcode: 0, follow_user: [] })
    expect((await examined()).scope).toMatchObject({ state: 'fail', text: expect.stringContaining('可见范围') })
  })

  it('names the kf accounts that are not granted', async () => {
    fake.script('kf/account/list', {
      errcode: 0,
      account_list: [{ open_kfid: 'wk1', name: '售后客服', manage_privilege: false }],
    })
    expect((await examined()).kf).toMatchObject({ state: 'warn', text: expect.stringContaining('售后客服') })
  })

  it('knows from the counts that another app takes the welcome code', async () => {
    const day = clock.now().toISOString().slice(0, 10)
    await db.query(
      `INSERT INTO wecom_calls VALUES ($1, 'externalcontact/send_welcome_msg', 0, 40), ($1, 'externalcontact/send_welcome_msg', 41051, 7)`,
      [day],
    )
    expect((await examined()).welcome).toMatchObject({ state: 'warn', text: expect.stringMatching(/40 次.*7 次/) })
  })

  it("shows today's calls, and that an API was closed", async () => {
    const day = clock.now().toISOString().slice(0, 10)
    await db.query(
      `INSERT INTO wecom_calls VALUES ($1, 'externalcontact/mark_tag', 0, 1200), ($1, 'externalcontact/mark_tag', 45009, 3)`,
      [day],
    )
    expect((await examined()).budget).toMatchObject({ state: 'warn', text: expect.stringMatching(/mark_tag：1203 次/) })
  })

  it('takes the sandbox for what it is', async () => {
    patient.config.sandbox = true
    patient.heard = { any: null, customer: null }
    const findings = await examined()
    expect(Object.values(findings).filter(({ state }) => state === 'fail')).toEqual([])
    expect(findings.config?.text).toContain('沙盒')
  })

  it('refuses an address WeCom cannot reach', async () => {
    expect((await examined()).config).toMatchObject({ state: 'fail', text: expect.stringContaining('PUBLIC_URL') })
  })
})
