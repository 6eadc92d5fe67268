import { createHmac } from 'node:crypto'
import type { lookup as resolve } from 'node:dns'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { actDue } from '../../../src/journeys/act.ts'
import { advanceDue } from '../../../src/journeys/advance.ts'
import { enrol } from '../../../src/journeys/enrol.ts'
import { saveJourney } from '../../../src/journeys/library.ts'
import { setOutgoing } from '../../../src/messages/outgoing.ts'
import { isPublic } from '../../../src/webhooks/address.ts'
import { createWebhookClient, type WebhookClient } from '../../../src/webhooks/client.ts'
import { deliverCalls } from '../../../src/webhooks/deliver.ts'
import { changeWebhook, createWebhook } from '../../../src/webhooks/library.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { openLead } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

interface Heard {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

const minute = 60_000
const clock = movableClock(thursdayMorning)
const heard: Heard[] = []
/** What the other system answers; a path of its own for each test. */
const answers: Record<string, number> = {}
let other: Server
let house: TestHouse
let api: TestServer
let base = ''
let serial = 0

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock, config: { admins: ['Boss'] } })
  api = await testServer(house)
  other = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    heard.push({ path, headers: request.headers, body })
    response.writeHead(answers[path] ?? 200, { location: '/elsewhere' }).end('x'.repeat(1000))
  })
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
})
afterAll(async () => {
  other.closeAllConnections()
  await new Promise((done) => other.close(done))
  await api.close()
})

/** Another system, a journey that calls it, and a lead who stands at that step and has done it. */
const called = async (more: { status?: number; fields?: string[]; url?: string; lead?: object } = {}) => {
  const id = `hook-${++serial}`
  if (more.status) answers[`/${id}`] = more.status
  const made = await createWebhook(
    house,
    { id, url: more.url ?? `${base}/${id}`, fields: more.fields ?? [], active: true },
    'Boss',
  )
  await saveJourney(house, { id: `j-${id}`, trigger: { manual: true }, steps: [{ webhook: id }] }, 'Boss')
  const leadId = await openLead(house, more.lead)
  await house.db.transaction((tx) => enrol(tx, house, [{ journey: `j-${id}`, leadId, by: 'Boss', chosen: true }]))
  await advanceDue(house)
  await actDue(house)
  return { id, leadId, key: made.key, got: () => heard.filter(({ path }) => path === `/${id}`) }
}
const deliver = async (client?: WebhookClient) => {
  while (await deliverCalls(house, client));
}
const pass = (ms: number) => {
  clock.advance(ms)
  return deliver()
}
const stands = async (webhook: string) => {
  const [row] = await house.db.query<{ id: string; state: string; attempts: number; fault: string | null }>(
    'SELECT id, state, attempts, fault FROM webhook_calls WHERE webhook = $1',
    [webhook],
  )
  return row ? `${row.state} ${row.attempts} ${row.fault}` : 'none'
}

test('a call is signed over its time and its bytes, says ids and what it may, and no way to reach anybody', async () => {
  const { key, got, leadId } = await called({
    fields: ['company', 'name', 'attributes.phone', 'attributes.note', 'attributes.size', 'createdAt'],
    lead: {
      fields: {
        name: '王芳 138 0013 8000',
        company: '宁波精工',
        attributes: { phone: 13800138000, note: '写信到 wang@example.com', size: '1000-4999' },
      },
    },
  })
  await deliver()
  const [one] = got()
  if (!one) throw new Error('nothing came')
  const stamp = one.headers['x-bowtie-timestamp']
  expect(stamp).toBe(String(Math.floor(clock.now().getTime() / 1000)))
  expect(one.headers['x-bowtie-signature']).toBe(
    `v1=${createHmac('sha256', key).update(`${stamp}.${one.body}`).digest('hex')}`,
  )
  const body = JSON.parse(one.body)
  expect(body.id).toBe(one.headers['x-bowtie-id'])
  expect(body.lead).toEqual({
    id: leadId,
    company: '宁波精工',
    name: null,
    'attributes.phone': null,
    'attributes.note': null,
    'attributes.size': '1000-4999',
    createdAt: thursdayMorning.replace('Z', '.000Z'),
  })
  await deliver()
  expect(got()).toHaveLength(1)
})

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.100.100.200', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.31.0.1'],
  ...['192.168.1.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '64:ff9b::a00:1', '2002:7f00:1::'],
  ...['2001::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:db8::1'],
  ...['localhost', '8.8.8', ''],
])('%s is no address on the internet', (address) => {
  expect(isPublic(address)).toBe(false)
})

test.each(['8.8.8.8', '39.156.66.10', '172.32.0.1', '2400:3200::1', '2606:4700::1111'])('%s is one', (address) => {
  expect(isPublic(address)).toBe(true)
})

test('never connects to this machine: not by name, not by a name with a second address, not by odd spellings', async () => {
  const to = (...addresses: string[]) =>
    createWebhookClient({
      loopback: false,
      lookup: ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )) as typeof resolve,
    })
  const { port } = new URL(base)
  const before = heard.length
  for (const client of [to('127.0.0.1'), to('8.8.8.8', '127.0.0.1'), to('::ffff:127.0.0.1')]) {
    await expect(client.post(`http://crm.example.com:${port}/`, {}, '{}')).rejects.toThrow('address_refused')
    await client.close()
  }
  const client = createWebhookClient({ loopback: false })
  for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])
    await expect(client.post(`http://${host}:${port}/`, {}, '{}')).rejects.toThrow('address_refused')
  await client.close()
  expect(heard.length).toBe(before)
})

test('outside of the sandbox only https on the internet is taken', async () => {
  const real = { ...house, config: { ...house.config, sandbox: false } }
  const make = (url: string) => createWebhook(real, { id: `never-${++serial}`, url, fields: [], active: true }, 'Boss')
  for (const url of ['http://crm.example.com/', base, 'https://127.0.0.1/', 'https://[::1]/', 'https://10.0.0.1/'])
    await expect(make(url)).rejects.toMatchObject({ status: 422 })
  for (const url of ['ftp://x.example.com', 'https://me:secret@x.example.com/', 'javascript:alert(1)', '网址'])
    await expect(make(url)).rejects.toMatchObject({ status: 422 })
  await expect(make('https://crm.example.com/in')).resolves.toMatchObject({ active: true })
})

test('whoever is down is asked again, later each time, for a day; then it is given up', async () => {
  const { id, got } = await called({ status: 503 })
  await deliver()
  expect(await stands(id)).toBe('waiting 1 busy')
  await pass(minute - 1)
  expect(got()).toHaveLength(1)
  await pass(1)
  expect(await stands(id)).toBe('waiting 2 busy')
  await pass(minute)
  expect(got()).toHaveLength(2)
  for (let hours = 0; hours < 25; hours++) await pass(60 * minute)
  expect(await stands(id)).toMatch(/^failed \d+ busy$/)
  const ids = new Set(got().map(({ headers, body }) => `${headers['x-bowtie-id']} ${body}`))
  expect(ids.size).toBe(1)
})

test('one that does not answer rests and holds up nobody else', async () => {
  const dead = await called({ url: 'http://127.0.0.1:9/' })
  const well = await called()
  await deliver()
  expect(await stands(dead.id)).toBe('waiting 1 no_answer')
  expect(await stands(well.id)).toBe('done 1 null')
})

test('a refusal and a redirect end it at once; nobody is sent elsewhere', async () => {
  const refused = await called({ status: 422 })
  const moved = await called({ status: 307 })
  await deliver()
  expect(await stands(refused.id)).toBe('failed 1 refused')
  expect(await stands(moved.id)).toBe('failed 1 redirected')
  expect(heard.some(({ path }) => path === '/elsewhere')).toBe(false)
})

test('a death between the call and its outcome repeats the same call, by which the other side knows it', async () => {
  const { id, got } = await called()
  const real = createWebhookClient({ loopback: true })
  // The process dies after the other system has heard, before anything is written.
  const dying: TestHouse = {
    ...house,
    db: {
      ...house.db,
      query: (text, values) => {
        if (text.includes(`SET state = $3, status`)) throw new Error('killed')
        if (text.includes('SET rests_until')) throw new Error('killed')
        return house.db.query(text, values)
      },
    },
  }
  await expect(deliverCalls(dying, real)).rejects.toThrow('killed')
  await real.close()
  expect(got()).toHaveLength(1)
  await deliver()
  expect(got()).toHaveLength(1)
  await pass(minute)
  expect(await stands(id)).toBe('done 2 null')
  expect(new Set(got().map(({ headers }) => headers['x-bowtie-id'])).size).toBe(1)
  expect(got()).toHaveLength(2)
})

test('nothing leaves while the plug is out, or the system is switched off', async () => {
  const { id, got } = await called()
  await setOutgoing(house, { paused: true }, 'Boss')
  await deliver()
  expect(got()).toHaveLength(0)
  await setOutgoing(house, { paused: false }, 'Boss')
  await changeWebhook(house, id, { url: `${base}/${id}`, fields: [], active: false, renew: false })
  await deliver()
  expect(got()).toHaveLength(0)
  await changeWebhook(house, id, { url: `${base}/${id}`, fields: [], active: true, renew: false })
  await deliver()
  expect(got()).toHaveLength(1)
})

test('through the API: the key is told once, what is in use stays, an ended call is replayed with its own id', async () => {
  const as = { as: 'Boss' }
  const made = await api.call('POST', '/api/webhooks', { id: 'crm', url: `${base}/crm`, fields: ['company'] }, as)
  expect(made.status).toBe(201)
  expect(made.json.key).toMatch(/^[\w-]{43}$/)
  expect((await api.call('GET', '/api/webhooks', undefined, as)).text).not.toContain(made.json.key)
  const bad = { id: 'crm-2', url: `${base}/x`, fields: ['mobile', 'name'] }
  expect((await api.call('POST', '/api/webhooks', bad, as)).json.error.details[0].field).toBe('fields[0]')
  const journey = (webhook: string) => ({
    id: 'to-crm',
    trigger: { manual: true },
    // biome-ignore lint/suspicious/noThenProperty: the contract's word
    steps: [{ branch: { if: { tag: { group: 'a', name: 'b' } }, then: [{ webhook }] } }],
  })
  const wrong = await api.call('POST', '/api/journeys', journey('nobody'), as)
  expect(wrong.json.error.details).toMatchObject([{ field: 'steps[0].branch.then[0].webhook' }])
  expect((await api.call('POST', '/api/journeys', journey('crm'), as)).status).toBe(201)
  expect((await api.call('DELETE', '/api/webhooks/crm', undefined, as)).json.error.details.journeys).toEqual(['to-crm'])

  const { id, got } = await called({ status: 400 })
  await deliver()
  const { json } = await api.call('GET', '/api/webhooks/calls?state=failed&limit=1', undefined, as)
  expect(json.items).toMatchObject([{ webhook: id, status: 400, fault: 'refused' }])
  answers[`/${id}`] = 204
  const again = await api.call('POST', `/api/webhooks/calls/${json.items[0].id}/replay`, undefined, as)
  expect(again.json.state).toBe('waiting')
  await deliver()
  expect(await stands(id)).toBe('done 1 null')
  expect(got().map(({ headers }) => headers['x-bowtie-id'])).toEqual([json.items[0].id, json.items[0].id])
})
