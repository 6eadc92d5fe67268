import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteEvents } from '../../../src/leads/note.ts'
import { evaluateMarked } from '../../../src/segments/evaluate.ts'
import { fillSegments } from '../../../src/segments/fill.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
const leads: string[] = []

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await addStaff(house, 'LiLei', ['sales'])
  await addStaff(house, 'WangMin', ['mdr'])
  for (let n = 0; n < 6; n++)
    leads.push(await openLead(house, { fields: { name: `客户 ${n}`, company: n < 3 ? '100%_精工' : '100 精工' } }))
  await house.db.query('UPDATE leads SET owner = $2 WHERE id = $1', [leads[0], 'LiLei'])
})
afterAll(() => api.close())

const settle = async () => {
  while (await fillSegments(house));
  while (await evaluateMarked(house));
}
const idsOf = (json: { items: { id: string }[] }) => json.items.map(({ id }) => id)

describe('segments over the API', () => {
  test('a live one is written down, filled, listed by page and within reach, and found among leads', async () => {
    const { status, json } = await api.call('POST', '/api/segments', {
      name: '百分号',
      condition: { field: 'company', op: 'contains', value: '0%_' },
    })
    expect([status, json.kind]).toEqual([201, 'live'])
    await settle()
    const path = `/api/segments/${json.id}`
    expect((await api.call('GET', path)).json).toMatchObject({ state: 'ready', size: 3, progress: null })
    const first = await api.call('GET', `${path}/leads?limit=2`)
    const rest = await api.call('GET', `${path}/leads?limit=2&cursor=${first.json.nextCursor}`)
    expect([...idsOf(first.json), ...idsOf(rest.json)]).toEqual(leads.slice(0, 3).reverse())
    expect(idsOf((await api.call('GET', `${path}/leads`, undefined, { as: 'LiLei' })).json)).toEqual([leads[0]])
    expect(idsOf((await api.call('GET', `/api/leads?segment=${json.id}`, undefined, { as: 'LiLei' })).json)).toEqual([
      leads[0],
    ])
    expect((await api.call('GET', `/api/leads?segment=${json.id}`)).json.items).toHaveLength(3)
    const { json: list } = await api.call('GET', '/api/segments')
    expect(list.behindMs).toBe(0)
    expect(idsOf(list)).toContain(json.id)
    expect((await api.call('DELETE', path)).status).toBe(204)
    expect((await api.call('GET', path)).status).toBe(404)
    expect((await api.call('GET', `/api/leads?segment=${json.id}`)).status).toBe(404)
  })

  test('a static one takes and gives up leads within reach, and says whom it refused', async () => {
    const { json } = await api.call('POST', '/api/segments', { name: '名单', kind: 'static' })
    const path = `/api/segments/${json.id}/members`
    const stranger = '00000000-0000-7000-8000-000000000000'
    const added = await api.call('POST', path, { add: [leads[1], leads[2], stranger] })
    expect(added.json).toEqual({ added: 2, removed: 0, refused: [stranger] })
    expect((await api.call('POST', path, { remove: [leads[1], leads[3]] })).json).toEqual({
      added: 0,
      removed: 1,
      refused: [],
    })
    expect(idsOf((await api.call('GET', `/api/segments/${json.id}/leads`)).json)).toEqual([leads[2]])
    const named = await api.call('POST', '/api/leads', {
      name: '贴进来的',
      mobile: '139 0000 1111',
      email: 'Who@Example.com',
    })
    const [wecom] = await house.db.query<{ key: string }>(
      "SELECT key FROM identities WHERE kind = 'externalUserId' AND lead_id = $1",
      [leads[4]],
    )
    const pasted = await api.call('POST', path, {
      addPeople: [wecom?.key, '+86 13900001111', 'who@example.COM', leads[5], '13900002222', "' OR 1=1 --", '=cmd()'],
    })
    expect(pasted.json).toEqual({ added: 3, removed: 0, refused: ['13900002222', "' OR 1=1 --", '=cmd()'] })
    expect((await api.call('POST', path, { removePeople: ['13900001111'] })).json).toMatchObject({ removed: 1 })
    expect(idsOf((await api.call('GET', `/api/segments/${json.id}/leads`)).json)).not.toContain(named.json.id)
    const live = await api.call('POST', '/api/segments', { name: '动', condition: { event: 'price_view' } })
    expect((await api.call('POST', `/api/segments/${live.json.id}/members`, { add: [leads[1]] })).status).toBe(409)
  })

  test('an estimate counts a small house exactly, shows who, and answers for one lead', async () => {
    await house.db.transaction((tx) =>
      noteEvents(tx, house, [{ leadId: leads[4] as string, type: 'content_open', at: house.clock.now(), key: 'e' }]),
    )
    const condition = { event: 'content_open', within: '30d' }
    const { json } = await api.call('POST', '/api/segments/estimate', { condition, leadId: leads[4] })
    expect(json).toMatchObject({ count: 1, exact: true, low: 1, high: 1, fits: true })
    expect(json.leads.map(({ id }: { id: string }) => id)).toEqual([leads[4]])
    expect((await api.call('POST', '/api/segments/estimate', { condition, leadId: leads[3] })).json.fits).toBe(false)
  })

  test('offers only what may be asked, each with words for people', async () => {
    const { json } = await api.call('GET', '/api/segments/fields')
    expect(json.fields.find(({ name }: { name: string }) => name === 'stage')).toMatchObject({
      label: '阶段',
      type: 'choice',
    })
    for (const field of json.fields) expect(field.operators.length).toBeGreaterThan(0)
  })

  const deep = (levels: number) => {
    let condition: unknown = { event: 'x' }
    for (let n = 0; n < levels; n++) condition = { not: condition }
    return condition
  }
  test.each<[string, unknown, number]>([
    ['a column that is not on the list', { field: 'version', op: '=', value: 1 }, 422],
    ['SQL as a field', { field: "name') OR 1=1; DROP TABLE leads --", op: '=', value: 1 }, 422],
    ['the prototype as a field', { field: '__proto__', op: '=', value: 1 }, 422],
    ['a constructor as a field', { field: 'constructor', op: 'exists', value: true }, 422],
    [
      'a column of the company that is not on the list',
      { field: 'account.merged_into', op: 'exists', value: true },
      422,
    ],
    ['the prototype of the company', { field: 'account.__proto__', op: 'exists', value: true }, 422],
    ['a stage no company has', { field: 'account.stage', op: 'in', value: ['MAL', "' OR ''='"] }, 422],
    ['a role nobody has', { field: 'account.role', op: '=', value: 'nope' }, 422],
    ['the prototype below attributes', { field: 'attributes.__proto__.x', op: '=', value: 1 }, 422],
    ['an operator of its own', { field: 'name', op: '~', value: '.*' }, 422],
    ['an operator of the prototype', { field: 'name', op: 'toString', value: 1 }, 422],
    ['an operator that does not fit the field', { field: 'stage', op: '>', value: 'MAL' }, 422],
    ['how long ago a field without an index was', { field: 'updatedAt', op: 'olderThan', value: '3d' }, 422],
    ['a stage nobody has', { field: 'stage', op: '=', value: 'NOPE' }, 422],
    ['ten thousand values', { field: 'name', op: 'in', value: Array.from({ length: 10_000 }, (_, n) => `${n}`) }, 422],
    ['two thousand levels', deep(2_000), 400],
    ['twenty levels', deep(20), 422],
    ['a thousand parts', { any: Array.from({ length: 1_000 }, () => ({ event: 'x' })) }, 422],
    ['NUL', { field: 'name', op: '=', value: 'a\0b' }, 422],
    ['half a character', { field: 'name', op: 'contains', value: '\uD800' }, 422],
    ['NUL as an event', { event: 'a\0' }, 422],
    ['a piece nobody wrote', { content: { did: 'read', id: 'nope' } }, 422],
    ['a journey nobody wrote', { journey: "x' OR ''='", is: 'in' }, 422],
    ['nothing', null, 422],
    ['a list', [], 422],
  ])('%s is refused with a reason', async (_, condition, status) => {
    for (const path of ['/api/segments', '/api/segments/estimate']) {
      const answer = await api.call('POST', path, path.endsWith('s') ? { name: 'x', condition } : { condition })
      expect([path, answer.status]).toEqual([path, status])
      expect(JSON.stringify(answer.json.error)).toMatch(/\p{Script=Han}/u)
    }
  })

  test.each([["'; DROP TABLE leads --"], ['%'], ['.*'], ['\\'], ['" OR 1=1'], ['$1::text'], ['𝒳']])(
    'text that looks like a language (%s) is text',
    async (value) => {
      const name = `n${value}n`
      const id = await openLead(house, { fields: { name } })
      const { json } = await api.call('POST', '/api/segments/estimate', {
        condition: { field: 'name', op: 'contains', value: `n${value}` },
        leadId: id,
      })
      expect(json.fits).toBe(true)
      const other = await api.call('POST', '/api/segments/estimate', {
        condition: { field: 'name', op: 'contains', value: `n${value}` },
        leadId: leads[0],
      })
      expect([json.leads.map((lead: { id: string }) => lead.id), other.json.fits]).toEqual([[id], false])
    },
  )

  test('an estimate of a large house says that it is one, and lies around the truth', async () => {
    await house.db.query(
      `INSERT INTO leads (id, name, industry, stage, desk, stage_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'x', CASE WHEN n % 4 = 0 THEN '制造' END, 'MAL', 'nurture', now(), now(), now() FROM generate_series(1, 30000) n`,
    )
    await house.db.query('ANALYZE leads')
    const { json } = await api.call('POST', '/api/segments/estimate', {
      condition: { field: 'industry', op: '=', value: '制造' },
    })
    expect(json.exact).toBe(false)
    expect(json.low).toBeLessThanOrEqual(7500)
    expect(json.high).toBeGreaterThanOrEqual(7500)
    expect(json.high - json.low).toBeLessThan(3000)
  })
})
