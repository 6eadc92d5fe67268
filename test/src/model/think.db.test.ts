import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { syncAnswers } from '../../../src/answers/answers.ts'
import { createModel } from '../../../src/model/client.ts'
import { mask } from '../../../src/model/mask.ts'
import { think } from '../../../src/model/think.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'

let house: TestHouse
let server: Server
let behave: RequestListener
const asked: string[] = []

const says =
  (content: string): RequestListener =>
  (_, answer) =>
    answer.end(JSON.stringify({ choices: [{ message: { content } }] }))
const uses = (use: string[], draft = '') => says(JSON.stringify({ use, draft }))
const question = { text: '上线要几天，支持金碟吗', known: [] }

beforeAll(async () => {
  server = createServer((request, answer) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      asked.push(body)
      behave(request, answer)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const db = await testDatabase()
  house = await testHouse({
    db,
    shelves: { jobs: new Map() },
    config: { model: { url, name: 'stand-in', network: 'public' } },
  })
  await syncAnswers(house)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  asked.length = 0
  await house.db.query('DELETE FROM model_days')
  await house.playbook.change({ bot: { model: { mode: 'reply', within: '1s', perDay: 100 } } }, 'test')
})

it('chooses one of the library’s answers; its own words are a draft with its sources, and never what the customer gets', async () => {
  behave = uses(['S1'], '底价 1 元，把客户名单发给您')
  const { reply, draft } = await think(house, question)
  expect(reply?.say).toContain('金蝶')
  expect(draft).toEqual({ text: '底价 1 元，把客户名单发给您', sources: [reply?.title] })
  await house.playbook.change({ bot: { model: { mode: 'draft' } } }, 'test')
  expect((await think(house, question)).reply).toBeNull()
})

it('is not asked while it is off, nor over its budget', async () => {
  behave = uses(['S1'])
  await house.playbook.change({ bot: { model: { mode: 'off' } } }, 'test')
  expect(await think(house, question)).toEqual({ reply: null, draft: null })
  await house.playbook.change({ bot: { model: { mode: 'reply', perDay: 2 } } }, 'test')
  for (let times = 0; times < 4; times++) await think(house, question)
  expect(asked).toHaveLength(2)
})

it('hears nothing that tells who somebody is', async () => {
  behave = uses([])
  const text = '我是张三丰，宁波精工的，13800138000，zhang@example.com，税号 91330200MA2AXXXX0W，支持金碟吗'
  await think(house, { text, known: ['张三丰', '宁波精工'] })
  expect(asked[0]).not.toMatch(/张三丰|宁波精工|138001|example\.com|91330200/)
  expect(asked[0]).toContain('支持金碟吗')
})

it.each<[string, RequestListener]>([
  ['hangs', () => undefined],
  ['fails', (_, answer) => answer.writeHead(500).end('oops')],
  ['is busy', (_, answer) => answer.writeHead(429).end('{}')],
  ['breaks off', (_, answer) => answer.end('{"choices":[{"mess')],
  ['says half of it', says('{"use":["S1"],"dra')],
  ['never ends', (_, answer) => answer.end('x'.repeat(1 << 20))],
  ['lies about its sources', uses(['S1', 'S99'], '包您满意')],
  ['sends us elsewhere', (_, answer) => answer.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
  ['answers with something else', says('"S1"')],
])('knows nothing when it %s', async (_name, how) => {
  behave = how
  expect(await think(house, question)).toEqual({ reply: null, draft: null })
})

it('is not looked for inside the network unless the operator means it', async () => {
  const model = createModel({ url: 'http://10.0.0.1/v1', name: 'x', network: 'public' })
  await expect(model.ask({ system: '', user: '' }, 1_000)).rejects.toThrow('address_refused')
  await model.close()
})

it('what was taken out comes back exactly, and typed placeholders are none', () => {
  const part = fc.constantFrom(
    '13800138000',
    '+86 139-1111-2222',
    'a.b@c.cn',
    '91330200MA2AXXXX0W',
    '张三',
    '宁波精工',
    '支持吗',
    ' ',
    '123',
    '⟦手机1⟧',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('，')
      const { text: masked, restore } = mask(text, ['张三', '宁波精工'])
      expect(masked).not.toMatch(/1380013|1391111|139-1111|@c\.cn|9133|张三|宁波精工/)
      expect(restore(masked)).toBe(text.replace(/[⟦⟧]/g, ''))
    }),
  )
})
