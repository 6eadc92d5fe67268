import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
let token: string
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
  const made = await api.call('PUT', '/api/hooks/baidu', { channel: '百度推广', mapping: { 咨询产品: 'need', ip: '' } })
  expect(made).toMatchObject({
    status: 200,
    json: { source: 'baidu', active: true, url: 'http://127.0.0.1:3000/hooks/baidu' },
  })
  token = made.json.token
})
afterAll(() => api.close())

const send = (body: unknown, how: { query?: string; headers?: Record<string, string>; source?: string } = {}) =>
  api.call('POST', `/hooks/${how.source ?? 'baidu'}${how.query ?? ''}`, body, {
    stranger: true,
    headers: how.headers ?? { Authorization: `Bearer ${token}` },
  })

test('a form becomes a lead that goes to review, with an address to join at', async () => {
  const form = {
    姓名: '周八',
    电话: '13800000401',
    公司名称: '温州阀门',
    咨询产品: '降本',
    是否同意: '是',
    ip: '1.2.3.4',
    utm_term: 'MES',
  }
  const answer = await send(form)
  expect(answer.status).toBe(201)
  expect(answer.json).toEqual({ ok: true, joinUrl: expect.stringMatching(/\/c\/join\/jn_/) })
  const [lead] = (await api.call('GET', '/api/leads?q=13800000401')).json.items
  expect(lead).toMatchObject({
    name: '周八',
    company: '温州阀门',
    desk: 'review',
    marketing: 'granted',
    tags: [{ group: '需求', name: '降本' }],
    source: { first: { kind: 'form', channel: '百度推广' } },
  })
  const [row] = await house.db.query('SELECT attributes FROM leads WHERE id = $1', [lead.id])
  expect(row).toEqual({ attributes: { utm_term: 'MES' } })
  const queue = (await api.call('GET', '/api/review-queue')).json.items
  expect(queue.map((one: { id: string }) => one.id)).toContain(lead.id)
})

test('the same form again, by whatever way it comes, changes nothing', async () => {
  const form = { name: '吴九', mobile: '13800000402' }
  expect((await send(form)).status).toBe(201)
  const before = await house.db.query(
    'SELECT (SELECT count(*) FROM touches) t, (SELECT count(*) FROM timeline) l, (SELECT sum(version) FROM leads) v',
  )
  expect((await send(form)).status).toBe(200)
  expect(
    (
      await send({
        data: {
          fields: [
            { name: 'mobile', value: '13800000402' },
            { label: '姓名', value: '吴九' },
          ],
        },
      })
    ).status,
  ).toBe(200)
  const encoded = new URLSearchParams({ 手机号: '13800000402', 姓名: '吴九' }).toString()
  const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Hook-Token': token }
  expect((await send(encoded, { headers: urlencoded })).status).toBe(200)
  expect((await send(form, { headers: {}, query: `?token=${token}` })).status).toBe(200)
  expect(
    await house.db.query(
      'SELECT (SELECT count(*) FROM touches) t, (SELECT count(*) FROM timeline) l, (SELECT sum(version) FROM leads) v',
    ),
  ).toEqual(before)
})

test('without the right token nothing is taken, and nothing is told', async () => {
  const form = { name: 'x', mobile: '13800000499' }
  const answers = await Promise.all([
    send(form, { headers: {} }),
    send(form, { headers: { Authorization: 'Bearer wrong' } }),
    send(form, { headers: {}, query: '?token=' }),
    send(form, { source: 'nobody' }),
    send(form, { source: '%00' }),
  ])
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(401)
  expect((await api.call('GET', '/api/leads?q=13800000499')).json.items).toEqual([])
})

test('a source can be switched off, and given a new token that ends the old one', async () => {
  const made = (await api.call('PUT', '/api/hooks/expo', {})).json
  const by = (one: string) =>
    send({ name: 'y', mobile: '13800000403' }, { source: 'expo', headers: { Authorization: `Bearer ${one}` } })
  expect((await by(made.token)).status).toBe(201)
  expect((await api.call('PUT', '/api/hooks/expo', { active: false })).json.token).toBeNull()
  expect((await by(made.token)).status).toBe(401)
  const renewed = (await api.call('PUT', '/api/hooks/expo', { renew: true })).json
  expect([(await by(made.token)).status, (await by(renewed.token)).status]).toEqual([401, 200])
  const list = await api.call('GET', '/api/hooks')
  expect(list.json.items.map((one: { source: string }) => one.source)).toEqual(['baidu', 'expo'])
  expect(list.text).not.toContain(renewed.token)
})

test('what is no form is refused: 400 malformed, 422 nobody in it', async () => {
  expect((await send('{"name":')).status).toBe(400)
  expect((await send('[1,2]')).status).toBe(400)
  expect((await send('{"__proto__":{"name":"x"}}')).status).toBe(400)
  expect(
    (await send('x', { headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' } })).status,
  ).toBe(400)
  expect((await send({ foo: 'bar' })).status).toBe(422)
  expect((await send({ name: 'z', mobile: '123' })).json.error.details[0].message).toBe('手机号不对')
  expect((await send(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}`, 'x'])))).status).toBe(422)
})
