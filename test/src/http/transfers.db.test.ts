import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
const ids: Record<string, string> = {}

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  for (const [userid, roles, team] of [
    ['ChenJing', ['manager'], '华东'],
    ['WuGang', ['manager'], '华南'],
    ['LiLei', ['sales'], '华东'],
    ['HanMeimei', ['sales'], '华东'],
    ['ZhangWei', ['sales'], '华南'],
  ] as const)
    await api.call('PUT', `/api/staff/${userid}`, { name: userid, roles, team })
  for (const [handover, state] of [
    ['LiLei', 'unplaced'],
    ['ZhangWei', 'unplaced'],
  ] as const) {
    const { json: lead } = await api.call('POST', '/api/leads', { name: `${handover}的客户` })
    const id = newId(house.clock)
    ids[handover] = id
    await house.db.query(
      `INSERT INTO transfers (id, external_userid, lead_id, handover, state, reason, way, left_at, asked_at, look_at) VALUES ($1, $2, $3, $4, $5, 'resigned', 'leaver', $6, $6, $6)`,
      [id, `wm-${handover}`, lead.id, handover, state, house.clock.now()],
    )
  }
})
afterAll(() => api.close())

const userids = (called: { json: { items: { userid: string }[] } }) => called.json.items.map(({ userid }) => userid)

test("a manager sees, counts and gives out his own people's customers, nobody else's", async () => {
  const as = 'ChenJing'
  expect(userids(await api.call('GET', '/api/leavers', undefined, { as }))).toEqual(['LiLei'])
  expect((await api.call('GET', '/api/transfers/counts', undefined, { as })).json.states).toEqual({ unplaced: 1 })
  expect((await api.call('GET', '/api/transfers?stand=unplaced', undefined, { as })).json.items).toHaveLength(1)
  expect((await api.call('GET', '/api/transfers?stand=lost', undefined, { as })).json.items).toEqual([])
  expect((await api.call('POST', `/api/transfers/${ids.ZhangWei}/again`, {}, { as })).status).toBe(404)
  expect((await api.call('POST', '/api/leavers/ZhangWei/give', { to: null }, { as })).status).toBe(404)
  // Nor to somebody who is not his to give work to.
  expect((await api.call('POST', '/api/leavers/LiLei/give', { to: 'ZhangWei' }, { as })).status).toBe(422)
  expect(await api.call('POST', '/api/leavers/lilei/give', { to: 'HanMeimei' }, { as })).toMatchObject({
    status: 202,
    json: { kind: 'give-leaver', total: 1 },
  })
  expect((await api.call('POST', `/api/transfers/${ids.LiLei}/again`, {}, { as })).status).toBe(200)
})

test('a manager says of his people that they are away; each sees his own leave, others only their teams’', async () => {
  const until = new Date(house.clock.now().getTime() + 86_400_000).toISOString()
  const say = (userid: string, body: object, as = 'ChenJing') =>
    api.call('PUT', `/api/absences/${userid}`, body, { as })
  expect((await say('ZhangWei', { until })).status).toBe(404)
  expect((await say('LiLei', { until: '2020-01-01T00:00:00Z' })).json.error.id).toBe('absence_over')
  expect((await say('LiLei', { until, cover: 'lilei' })).json.error.id).toBe('cover_unknown')
  expect((await say('lilei', { until, cover: 'HanMeimei' })).json).toEqual({ absentUntil: until, cover: 'HanMeimei' })
  const seen = (as: string) => api.call('GET', '/api/absences', undefined, { as })
  expect((await seen('ChenJing')).json.items).toMatchObject([{ userid: 'LiLei', cover: 'HanMeimei', lent: 0, left: 0 }])
  expect(userids(await seen('LiLei'))).toEqual(['LiLei'])
  expect(userids(await seen('HanMeimei'))).toEqual([])
  expect(userids(await seen('WuGang'))).toEqual([])
  expect((await say('LiLei', { until: null }, 'HanMeimei')).status).toBe(403)
  expect((await say('LiLei', { until: null })).json).toMatchObject({ absentUntil: null })
})
