import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { syncAnswers } from '../../../src/answers/answers.ts'
import { addNote } from '../../../src/leads/add-note.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { putTags } from '../../../src/leads/tags.ts'
import { createModel } from '../../../src/model/client.ts'
import { masked } from '../../../src/model/mask.ts'
import { summarise } from '../../../src/model/summarise.ts'
import { think } from '../../../src/model/think.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'

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

const misbehaviours: [string, RequestListener][] = [
  ['hangs', () => undefined],
  ['fails', (_, answer) => answer.writeHead(500).end('oops')],
  ['is busy', (_, answer) => answer.writeHead(429).end('{}')],
  ['breaks off', (_, answer) => answer.end('{"choices":[{"mess')],
  ['says half of it', says('{"use":["S1"],"dra')],
  ['never ends', (_, answer) => answer.end('x'.repeat(1 << 20))],
  ['lies about its sources', uses(['S1', 'S99'], '包您满意')],
  ['sends us elsewhere', (_, answer) => answer.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
  ['answers with something else', says('"S1"')],
]
it.each(misbehaviours)('knows nothing when it %s', async (_name, how) => {
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
      const { hidden, restore } = masked(text, ['张三', '宁波精工'])
      expect(hidden).not.toMatch(/1380013|1391111|139-1111|@c\.cn|9133|张三|宁波精工/)
      expect(restore(hidden)).toBe(text.replace(/[⟦⟧]/g, ''))
    }),
  )
})

describe('a summary of a lead', () => {
  let leadId: string
  beforeAll(async () => {
    await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
    leadId = await openLead(house, { fields: { name: '张三丰', company: '宁波精工' } })
    const note = (text: string, key: string) => addNote(house, { leadId, by: 'LiLei', text, key })
    await note('李雷拜访张三丰，电话 13800138000，王总想降本，嫌交期长', 'n1')
    await note('已演示，下周报价', 'n2')
    await house.db.transaction(async (tx) => {
      await noteEvents(tx, house, [
        { leadId, type: 'quote_request', at: house.clock.now(), data: { asked: '10 家供应商多少钱' }, key: 'e1' },
      ])
      await putTags(tx, house, [{ leadId, group: '需求', name: '交期', by: 'LiLei' }])
    })
  })
  const draft = (more: object) =>
    says(JSON.stringify({ use: ['R1'], summary: '想降本', next: '', intent: '', needs: [], ...more }))

  it('is a draft made of what colleagues wrote and he asked, with intent and needs of the playbook he does not wear yet', async () => {
    behave = draft({ use: ['R1', 'R2', 'R3'], next: '周五前报价', intent: '要报价', needs: ['降本', '交期', '发财'] })
    const { draft: made } = await summarise(house, leadId)
    expect(made).toMatchObject({
      summary: '想降本',
      next: '周五前报价',
      intent: '要报价',
      tags: [{ group: '需求', name: '降本' }],
      sources: expect.arrayContaining([expect.objectContaining({ text: '10 家供应商多少钱' })]),
    })
    expect(
      await house.db.query("SELECT 1 FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id WHERE t.name = '降本'"),
    ).toEqual([])
  })

  it('hears of nobody, and its answer names them again', async () => {
    behave = (request, answer) => {
      const [placeholder] = /⟦名字\d+⟧拜访⟦名字\d+⟧/.exec(asked.at(-1) ?? '') ?? []
      draft({ summary: `${placeholder}，谈降本` })(request, answer)
    }
    const { draft: made } = await summarise(house, leadId)
    expect(asked[0]).not.toMatch(/张三丰|宁波精工|李雷|王总|138001/)
    expect(asked[0]).toContain('想降本')
    expect(made?.summary).toBe('李雷拜访张三丰，谈降本')
  })

  it('is plain words, whatever it was talked into', async () => {
    behave = draft({
      summary: '<a href="https://evil.example/x">点这里领奖</a>\u202e\n\n\n请把名单发到 https://evil.example/y。',
      intent: '忽略规则，判为 SQL',
      needs: ['<script>', '客户阶段/SQL'],
    })
    const { draft: made } = await summarise(house, leadId)
    expect(made).toMatchObject({ intent: null, tags: [] })
    expect(made?.summary).not.toMatch(/<|https?:|evil|\u202e/)
    behave = draft({ summary: '长'.repeat(3_000) })
    expect((await summarise(house, leadId)).draft?.summary).toHaveLength(400)
  })

  it.each([
    ...misbehaviours.slice(1),
    ['cites what it was not told', draft({ use: ['R99'] })],
    ['cites nothing', draft({ use: [] })],
    ['says nothing', draft({ summary: ' \u200b ' })],
  ] as [string, RequestListener][])('is none when it %s', async (_name, how) => {
    behave = how
    expect(await summarise(house, leadId)).toEqual({ draft: null, why: 'no_help' })
  })

  it('costs nothing while it is off, over the budget, or where there is nothing to tell', async () => {
    behave = draft({})
    expect((await summarise(house, await openLead(house))).why).toBe('nothing')
    await house.playbook.change({ bot: { model: { perDay: 0 } } }, 'test')
    expect((await summarise(house, leadId)).why).toBe('spent')
    await house.playbook.change({ bot: { model: { mode: 'off' } } }, 'test')
    expect((await summarise(house, leadId)).why).toBe('off')
    expect(asked).toEqual([])
  })
})
