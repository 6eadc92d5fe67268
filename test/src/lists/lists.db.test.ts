import { readSheet } from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { runBulk } from '../../../src/lists/bulk.ts'
import { runExports } from '../../../src/lists/export.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'
import { apiToken, type TestServer, testServer } from '../../support/server.ts'

const clock = movableClock(thursdayMorning)
let house: TestHouse
let api: TestServer
const hostile = {
  formula: '=HYPERLINK("http://evil","x")',
  script: '<img src=x onerror=alert(1)>&"\'',
  long: '长'.repeat(100),
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈',
  rtl: 'مرحبا \u202Eevil',
}

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  api = await testServer(house)
  await addStaff(house, 'WangMin', ['mdr'], { name: '王敏' })
  await addStaff(house, 'ZhaoJie', ['manager'], { team: 'east' })
  await addStaff(house, 'LiLei', ['sales'], { team: 'east', capacity: 50 })
  await addStaff(house, 'HanMei', ['sales'], { team: 'west' })
})
afterAll(() => api.close())

const work = async () => {
  while (await runBulk(house));
  while (await runExports(house));
}
const people = (count: number, company: string) =>
  Promise.all(Array.from({ length: count }, (_, n) => openLead(house, { fields: { name: `客户 ${n}`, company } })))
const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)
const asked = (condition: unknown) => encodeURIComponent(JSON.stringify(condition))

describe('a list with a condition', () => {
  test('finds whoever fits among thousands, in order and once, page by page, and only within reach', async () => {
    await house.db.query(
      `INSERT INTO leads (id, name, company, industry, stage, desk, owner, stage_seq, stage_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'n' || n, 'many', CASE WHEN n % 1500 = 7 THEN '稀土' ELSE '其他' END, 'MAL', 'nurture', CASE WHEN n = 7 THEN 'HanMei' END, 1, now(),
         '2026-01-01'::timestamptz + make_interval(mins => n), now() FROM generate_series(1, 4600) n`,
    )
    const condition = asked({ field: 'industry', op: '=', value: '稀土' })
    const walk = async (as?: string) => {
      const names: string[] = []
      let cursor = ''
      for (let pages = 0; pages < 12; pages++) {
        const path = `/api/leads?limit=2&condition=${condition}${cursor && `&cursor=${cursor}`}`
        const { json } = await api.call('GET', path, undefined, as ? { as } : {})
        names.push(...json.items.map(({ name }: { name: string }) => name))
        if (json.nextCursor === null) return names
        cursor = json.nextCursor
      }
      throw new Error('a list without an end')
    }
    expect(await walk()).toEqual(['n4507', 'n3007', 'n1507', 'n7'])
    expect(await walk('HanMei')).toEqual(['n7'])
    const { status } = await api.call('GET', `/api/leads?condition=${asked({ field: 'version', op: '=', value: 1 })}`)
    expect([status, (await api.call('GET', '/api/leads?condition=%7B')).status]).toEqual([422, 422])
  })
})

describe('saved views', () => {
  test('are one’s own until they are shared by somebody who may, and are changed by nobody else', async () => {
    const view = {
      name: '稀土',
      filter: { desk: 'nurture', q: '' },
      condition: { event: 'price_view' },
      columns: ['stage'],
    }
    const own = await api.call('POST', '/api/lead-views', view, { as: 'LiLei' })
    expect([own.status, own.json.mine, own.json.filter]).toEqual([201, true, { desk: 'nurture' }])
    const refused = await api.call('POST', '/api/lead-views', { ...view, name: '大家', shared: true }, { as: 'LiLei' })
    expect(refused.status).toBe(403)
    expect((await api.call('POST', '/api/lead-views', view, { as: 'LiLei' })).json.error.id).toBe('name_taken')
    const shared = await api.call('POST', '/api/lead-views', { ...view, shared: true }, { as: 'WangMin' })
    const seen = async (as: string) => idsOf((await api.call('GET', '/api/lead-views', undefined, { as })).json)
    expect([await seen('LiLei'), await seen('HanMei')]).toEqual([[own.json.id, shared.json.id], [shared.json.id]])
    const change = (id: string, as: string) => api.call('PUT', `/api/lead-views/${id}`, { ...view, name: '新' }, { as })
    expect((await change(own.json.id, 'WangMin')).status).toBe(404)
    expect((await change(shared.json.id, 'HanMei')).status).toBe(403)
    expect((await change(own.json.id, 'LiLei')).json).toMatchObject({ name: '新', condition: { event: 'price_view' } })
    expect((await api.call('DELETE', `/api/lead-views/${own.json.id}`, undefined, { as: 'LiLei' })).status).toBe(204)
    const bad = { ...view, name: '坏', condition: { field: "name') --", op: '=', value: 1 } }
    expect((await api.call('POST', '/api/lead-views', bad, { as: 'LiLei' })).status).toBe(422)
  })
})

describe('one thing done with many leads', () => {
  const report = async (id: string) => (await api.call('GET', `/api/jobs/${id}?limit=200`)).json
  const bulk = async (body: unknown, as?: string) => {
    const { status, json } = await api.call('POST', '/api/bulk', body, as ? { as } : {})
    expect([status, json.error]).toEqual([202, undefined])
    await work()
    return report(json.id)
  }

  test('reaches each person once, through merges and a death in between, and nobody out of reach', async () => {
    const [a, b, c, foreign] = (await people(4, '批量一')) as [string, string, string, string]
    await house.db.query("UPDATE leads SET owner = 'HanMei' WHERE id = $1", [foreign])
    await house.db.transaction((tx) => mergeLeads(tx, house, a, b, 'test'))
    const tag = { do: 'tag', put: [{ group: '需求', name: '=降本' }], take: [] }
    const { json } = await api.call(
      'POST',
      '/api/bulk',
      { leadIds: [a, b, c, foreign], action: tag },
      { as: 'ZhaoJie' },
    )
    const { transaction } = house.db
    let deaths = 2
    const dying: TestHouse['db']['transaction'] = (doing) =>
      transaction(async (tx) => {
        const result = await doing(tx)
        if (deaths-- > 0) throw new Error('kill -9')
        return result
      })
    for (const _ of [1, 2]) {
      await expect(runBulk({ ...house, db: { ...house.db, transaction: dying } })).rejects.toThrow('kill -9')
      clock.advance(61_000)
    }
    await Promise.all([runBulk(house), runBulk(house)])
    await work()
    expect(await report(json.id)).toMatchObject({ state: 'done', done: 2, total: 2, result: { done: 2 } })
    const puts = await house.db.query<{ lead: string }>(
      "SELECT lead_id AS lead FROM timeline WHERE kind = 'tag' AND lead_id = ANY($1) ORDER BY 1",
      [[a, b, c, foreign]],
    )
    expect(puts.map(({ lead }) => lead)).toEqual([a, c].sort())
    expect(await house.db.query('SELECT 1 FROM job_leads')).toEqual([])
  })

  test('says for each it could not be done for why, and does it for the others', async () => {
    const [a, b] = (await people(2, '批量二')) as [string, string]
    const { json: list } = await api.call('POST', '/api/segments', { name: '手选', kind: 'static' })
    await api.call('POST', `/api/leads/${b}/consent`, { purpose: 'marketing', granted: false, source: '电话' })
    await api.call('POST', '/api/journeys', {
      id: 'bulk',
      name: '批量',
      trigger: { manual: true },
      steps: [{ wait: '1d' }],
    })
    const everyone = { list: { filter: { q: '批量二' } } }
    expect(await bulk({ ...everyone, action: { do: 'segment', segment: list.id } })).toMatchObject({
      result: { done: 2 },
    })
    expect((await api.call('GET', `/api/segments/${list.id}`)).json.size).toBe(2)
    const enrolled = await bulk({ ...everyone, action: { do: 'enrol', journey: 'bulk' } })
    expect(enrolled.items.filter(({ outcome }: { outcome: string }) => outcome === 'refused')).toMatchObject([
      { leadId: b, problem: '客户已退订营销消息' },
    ])
    const moved = await bulk({ leadIds: [a], action: { do: 'advance', to: 'CUSTOMER' } })
    expect(moved.items).toMatchObject([{ outcome: 'refused', problem: expect.stringContaining('不能这样流转') }])
    const assigned = await bulk({ leadIds: [a], action: { do: 'assign', to: 'LiLei' } })
    expect(assigned.items).toMatchObject([{ outcome: 'refused', problem: expect.stringContaining('还没有判给销售') }])
    await house.db.query("UPDATE leads SET owner = 'HanMei', desk = 'sales', stage = 'SQL' WHERE id = $1", [b])
    expect((await bulk({ leadIds: [b], action: { do: 'assign', to: 'LiLei', anyway: true } })).result).toEqual({
      done: 1,
    })
    expect((await api.call('GET', `/api/leads/${b}`)).json.owner).toBe('LiLei')
    const told = await house.db.query("SELECT 1 FROM messages WHERE recipient = 'LiLei' AND key LIKE 'handed-over:%'")
    expect(told).toHaveLength(1)
    const byMdr = await api.call(
      'POST',
      '/api/bulk',
      { leadIds: [b], action: { do: 'assign', to: 'LiLei' } },
      { as: 'WangMin' },
    )
    expect(byMdr.status).toBe(403)
    const stage = { do: 'tag', put: [{ group: '客户阶段', name: 'SQL' }], take: [] }
    expect((await bulk({ leadIds: [b], action: stage })).result).toEqual({ refused: 1 })
  })
})

describe('an export', () => {
  test('holds what is within reach, masked, harmless in any spreadsheet, for whoever asked, and is on record', async () => {
    for (const name of Object.values(hostile))
      await api.call('POST', '/api/leads', { name, company: '出口', title: '@SUM(1)' })
    await api.call('POST', '/api/leads', {
      name: '有手机',
      company: '出口',
      mobile: '13900001234',
      email: 'who@example.com',
    })
    const columns = ['name', 'company', 'title', 'mobile', 'email', 'score']
    const { status, json } = await api.call(
      'POST',
      '/api/exports',
      { list: { filter: { q: '出口' } }, columns },
      { as: 'WangMin' },
    )
    expect(status).toBe(202)
    const file = `/api/exports/${json.id}/file`
    expect((await api.call('GET', file, undefined, { as: 'WangMin' })).status).toBe(409)
    await work()
    expect((await api.call('GET', file, undefined, { as: 'ZhaoJie' })).status).toBe(403)
    const fetched = (format: string) =>
      fetch(`${api.url}${file}?format=${format}`, {
        headers: { Authorization: `Bearer ${apiToken}`, 'Act-As': 'WangMin' },
      })
    const csv = await (await fetched('csv')).text()
    const lines = csv.split('\r\n').filter(Boolean)
    expect(lines).toHaveLength(7)
    for (const cell of lines.flatMap((line) => line.split(','))) expect(cell).not.toMatch(/^"?[=+\-@\t]/)
    expect(csv).not.toMatch(/13900001234|who@/)
    expect(csv).toContain('139****1234')
    const bytes = Buffer.from(await (await fetched('xlsx')).arrayBuffer())
    const rows = await readSheet(bytes)
    expect(rows[0]).toEqual(['姓名', '公司', '职位', '手机号（已遮蔽）', '邮箱（已遮蔽）', '评分'])
    expect(rows.slice(1).map(([name]) => name)).toEqual(['有手机', ...Object.values(hostile).reverse()])
    expect(typeof rows[1]?.[5]).toBe('number')
    const trail = await house.db.query<{ action: string }>(
      "SELECT action FROM audit WHERE action LIKE '%/api/exports%' AND act_as = 'WangMin' ORDER BY at, id",
    )
    expect(trail.map(({ action }) => action)).toEqual([
      'POST /api/exports',
      'GET /api/exports/:id/file',
      'GET /api/exports/:id/file',
    ])
    const mine = await api.call('GET', '/api/jobs?kind=export-leads', undefined, { as: 'WangMin' })
    expect(mine.json.items).toMatchObject([{ id: json.id, state: 'done', done: 6, total: 6 }])
    expect((await api.call('GET', '/api/jobs?kind=export-leads', undefined, { as: 'ZhaoJie' })).json.items).toEqual([])
  })
})
