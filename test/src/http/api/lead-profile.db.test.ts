import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse } from '../../../support/house.ts'
import { addStaff, openLead } from '../../../support/people.ts'
import { type TestServer, testServer } from '../../../support/server.ts'

let house: TestHouse
let server: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testServer(house)
  await addStaff(house, 'WangMin', ['mdr'])
})
afterAll(() => server.close())

const as = 'WangMin'

test('a correction overwrites what was known, empties what nobody knows, and leaves the rest', async () => {
  const id = await openLead(house, {
    fields: { name: '张三', company: '错的公司', title: '采购总监', attributes: { a: 1, b: 2 } },
  })
  const before = (await server.call('GET', `/api/leads/${id}`, undefined, { as })).json
  const { status, json } = await server.call(
    'PUT',
    `/api/leads/${id}`,
    {
      company: '宁波精工',
      title: null,
      industry: '教育培训',
      attributes: { b: null, c: true },
      version: before.version,
    },
    { as },
  )
  expect(status).toBe(200)
  expect(json).toMatchObject({ name: '张三', company: '宁波精工', title: null, industry: '教育培训' })
  expect(json.score.fit).not.toBe(before.score.fit)
  const [row] = await house.db.query('SELECT attributes FROM leads WHERE id = $1', [id])
  expect(row).toEqual({ attributes: { a: 1, c: true } })
  const stale = await server.call('PUT', `/api/leads/${id}`, { company: '别的', version: before.version }, { as })
  expect([stale.status, stale.json.error.id]).toEqual([409, 'stale_version'])
  expect((await server.call('PUT', `/api/leads/${id}`, {}, { as })).json.version).toBe(json.version)
  const timeline = await server.call('GET', `/api/leads/${id}/timeline`, undefined, { as })
  expect(timeline.json.items).toContainEqual(expect.objectContaining({ kind: 'profile', actor: as }))
})

test('what is no field, too long or hostile is refused by name', async () => {
  const id = await openLead(house)
  for (const body of [
    { stage: 'SQL' },
    { 'company = $1, stage': 'x' },
    { name: 'x'.repeat(101) },
    { company: 'a\u0000b' },
    { attributes: { x: { y: 1 } } },
    { attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, n])) },
  ])
    expect((await server.call('PUT', `/api/leads/${id}`, body, { as })).status).toBe(422)
})

test('tags are put on and taken off with who did it; the stage’s own follow the stage', async () => {
  const id = await openLead(house)
  const change = (body: object) => server.call('POST', `/api/leads/${id}/tags`, body, { as })
  const tag = { group: '需求', name: '降本' }
  expect((await change({ put: [tag] })).json.tags).toContainEqual(tag)
  expect((await change({ put: [tag] })).json.tags.filter(({ name }: { name: string }) => name === '降本')).toHaveLength(
    1,
  )
  const [row] = await house.db.query('SELECT by FROM lead_tags WHERE lead_id = $1', [id])
  expect(row).toEqual({ by: as })
  expect((await change({ take: [tag, { group: '没有', name: '这个' }] })).json.tags).toEqual([])
  const stage = await change({ put: [{ group: '客户阶段', name: 'SQL · 销售认可' }] })
  expect([stage.status, stage.json.error.id]).toEqual([422, 'stage_tag'])
})
