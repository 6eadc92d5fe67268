import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), config: { admins: ['Boss'] } })
  api = await testServer(house)
  await addStaff(house, 'ChenJing', ['manager'])
})
afterAll(() => api.close())

const versions = async () => (await api.call('GET', '/api/playbook/versions')).json.items
const current = async () => (await api.call('GET', '/api/playbook')).json
const put = (body: unknown) => api.call('PUT', '/api/playbook', body)
const check = (body: unknown) => api.call('POST', '/api/playbook/check', body)

describe('versions of the playbook', () => {
  it('keep who, when and why, and tell what changed between any two', async () => {
    const { version } = await current()
    expect((await put({ review: { threshold: 45 }, note: '展会后人太多' })).status).toBe(200)
    const [newest] = await versions()
    expect(newest).toMatchObject({ version: version + 1, by: 'api', note: '展会后人太多' })
    const { json } = await api.call('GET', `/api/playbook/diff?from=${version}&to=${version + 1}`)
    expect(json.changes).toEqual([
      { path: 'review.threshold', label: '审核门槛 › 意向达到', kind: 'changed', old: 30, new: 45 },
    ])
    expect(
      (await api.call('GET', `/api/playbook/diff?from=${version + 1}&to=${version}`)).json.changes[0],
    ).toMatchObject({
      old: 45,
      new: 30,
    })
  })

  it('a roll-back is a new version equal to the old, and leaves a line of audit', async () => {
    const before = await current()
    await put({ sla: { accept: '45m' }, redLine: ['包过'] })
    const back = await api.call('POST', '/api/playbook/rollback', { version: before.version })
    expect(back.status).toBe(200)
    expect(back.json).toEqual({ ...before, version: before.version + 2 })
    expect((await versions())[0]).toMatchObject({ note: `回到第 ${before.version} 版` })
    const audit = await house.db.query('SELECT 1 FROM audit WHERE action LIKE $1', ['%/api/playbook/rollback%'])
    expect(audit.length).toBeGreaterThan(0)
    expect((await api.call('POST', '/api/playbook/rollback', { version: 999 })).status).toBe(404)
    expect((await api.call('POST', '/api/playbook/rollback', { version: 1 }, { as: 'ChenJing' })).status).toBe(403)
  })

  it('of two who save what they saw, the second is told so', async () => {
    const { version } = await current()
    const [one, two] = await Promise.all([
      put({ version, sla: { maxOffers: 6 } }),
      put({ version, sla: { maxOffers: 7 } }),
    ])
    expect([one.status, two.status].sort()).toEqual([200, 409])
    expect((await current()).version).toBe(version + 1)
  })
})

describe('a try', () => {
  it('answers the difference and what follows from it, and saves nothing', async () => {
    const { version, routing } = await current()
    const [first, ...rest] = routing.rules
    const { json } = await check({ patch: { routing: { rules: [...rest, first] }, score: { halfLife: '7d' } } })
    expect(json).toMatchObject({ valid: true, base: version, faults: [] })
    expect(json.changes.map(({ kind, path }: { kind: string; path: string }) => `${kind} ${path}`).sort()).toEqual([
      'changed score.halfLife',
      `moved routing.rules.${first.id}`,
    ])
    expect(json.consequences.map(({ id }: { id: string }) => id)).toContain('looked_at_later')
    expect((await current()).version).toBe(version)
  })

  it('names every fault by its path, and hostile patches reach nothing', async () => {
    const { json } = await check({
      patch: { sla: { accept: 'soon', maxOffers: 0 }, review: { badFit: 'Z' }, secrets: {} },
    })
    expect(json.valid).toBe(false)
    expect(json.faults.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(['sla.accept', 'sla.maxOffers', '']),
    )
    // Stopped at the door, before any rule is read.
    expect((await check(JSON.parse('{"patch":{"__proto__":{"polluted":1}}}'))).status).toBe(400)
    expect((await check({ patch: { constructor: { prototype: { polluted: 1 } } } })).json.valid).toBe(false)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    for (const body of [{}, { patch: 1 }, { patch: {}, version: 1 }, { version: 'x' }])
      expect((await check(body)).status).toBe(422)
    expect((await check({ patch: null })).status).toBe(422)
  })
})

describe('a change that would strand leads', () => {
  const holding = (edges: { from: string[]; to: string }[], stage: string) =>
    edges
      .filter(({ to }) => !to.startsWith(`${stage}@`))
      .map((edge) => ({ ...edge, from: edge.from.filter((place) => !place.startsWith(`${stage}@`)) }))

  it('is refused with their number while they stand there, and allowed once they are gone', async () => {
    const playbook = await current()
    const id = await openLead(house)
    await house.db.query("UPDATE leads SET stage = 'GROWTH', desk = 'success' WHERE id = $1", [id])
    const edges = holding(playbook.edges, 'GROWTH').filter(
      ({ from, on }: { from: string[]; on?: string }) => from.length > 0 || on === 'intake',
    )
    const patch = { stages: { GROWTH: null }, edges }
    const { json } = await check({ patch })
    expect(json.valid, JSON.stringify(json.faults)).toBe(true)
    expect(json.consequences).toContainEqual(
      expect.objectContaining({ weight: 'stops', id: 'stage:GROWTH@success', count: 1 }),
    )
    const refused = await put(patch)
    expect(refused).toMatchObject({ status: 409, json: { error: { id: 'strands_leads' } } })
    expect(refused.json.error.message).toContain('1 条线索')
    expect((await current()).version).toBe(playbook.version)

    await house.db.query("UPDATE leads SET stage = 'MAL', desk = 'nurture' WHERE id = $1", [id])
    expect((await put(patch)).status).toBe(200)
    // The way back is open as long as nobody stands where the old rules know nothing.
    expect((await api.call('POST', '/api/playbook/rollback', { version: playbook.version })).status).toBe(200)
  })

  it('a roll-back over a stage that leads have come to since is refused in words', async () => {
    const { version, edges } = await current()
    const added = await put({
      stages: { TRIAL: { name: '试用', half: 'left' } },
      edges: [
        ...edges,
        {
          id: 'to-trial',
          name: '开始试用',
          on: 'advance',
          from: ['SQL@sales'],
          to: 'TRIAL@sales',
          by: ['sales', 'admin'],
        },
        {
          id: 'trial-back',
          name: '试用结束',
          on: 'return',
          from: ['TRIAL@sales'],
          to: 'MAL@nurture',
          by: ['sales', 'admin'],
          reasons: 'return',
        },
      ],
    })
    expect(added.status, JSON.stringify(added.json)).toBe(200)
    const id = await openLead(house)
    await house.db.query("UPDATE leads SET stage = 'TRIAL', desk = 'sales' WHERE id = $1", [id])
    const { status, json } = await api.call('POST', '/api/playbook/rollback', { version })
    expect([status, json.error.id]).toEqual([409, 'strands_leads'])
    expect(json.error.message).toContain('试用（TRIAL）')
  })

  it('a place with no way out counts as one', async () => {
    const { edges } = await current()
    const id = await openLead(house)
    await house.db.query("UPDATE leads SET stage = 'AT_RISK', desk = 'success' WHERE id = $1", [id])
    const closedIn = edges.map((edge: { from: string[] }) => ({
      ...edge,
      from: edge.from.filter((place) => place !== 'AT_RISK@success'),
    }))
    const { json } = await check({ patch: { edges: closedIn } })
    expect(json.consequences).toContainEqual(
      expect.objectContaining({ weight: 'stops', id: 'way:AT_RISK@success', count: 1 }),
    )
  })
})
