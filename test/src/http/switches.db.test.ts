import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../../src/define.ts'
import { hear } from '../../../src/skills/hear.ts'
import { runUnlessOff } from '../../../src/switches.ts'
import { addTask } from '../../../src/tasks/tasks.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await addStaff(house, 'SunLi', ['admin'])
  await addStaff(house, 'ChenJing', ['manager'])
  await addStaff(house, 'LiLei', ['sales'])
})
afterAll(() => api.close())

const turn = (key: string, on: boolean, as = 'SunLi') =>
  api.call('PUT', '/api/switches', { key, on, ...(on ? {} : { why: '客户说太吵' }) }, { as })
const told = async (words: string) =>
  (await house.db.query('SELECT 1 FROM messages WHERE content_id = $1', [words])).length

test('a job that is off does nothing, and what it left is done once when it is on again', async () => {
  const job = house.shelves.jobs.get('remind-tasks') as Job
  const run = () => runUnlessOff(house, 'remind-tasks', job)
  const due = new Date(house.clock.now().getTime() - 60_000)
  await house.db.transaction((tx) =>
    addTask(tx, house, {
      key: 't',
      leadId: null,
      owner: 'LiLei',
      text: '发报价',
      dueAt: due,
      source: 'hand',
      by: 'LiLei',
    }),
  )
  const reminded = async () => (await house.db.query('SELECT 1 FROM tasks WHERE reminded_at IS NOT NULL')).length
  expect((await turn('job:remind-tasks', false)).json.switchedOff).toMatchObject({ by: 'SunLi', why: '客户说太吵' })
  await run()
  expect(await reminded()).toBe(0)
  expect((await turn('job:remind-tasks', true)).json.switchedOff).toBeNull()
  await run()
  await run()
  expect(await reminded()).toBe(1)
})

test('a skill that is off hears nothing: the next one answers, and the others go on', async () => {
  const say = (text: string, key: string) =>
    hear(house, { speaker: 'staff', leadId: null, userid: 'LiLei', text, kind: 'text', at: house.clock.now(), key })
  await say('帮助', 'a')
  expect(await told('staff-help')).toBe(1)
  await turn('skill:help', false)
  await say('帮助', 'b')
  expect(await told('staff-help')).toBe(1)
  await turn('skill:help', true)
  await say('帮助', 'c')
  expect(await told('staff-help')).toBe(2)
})

test('only an admin switches, a manager looks; what nobody may switch off has no switch; each turn stands in the audit log', async () => {
  const { items } = (await api.call('GET', '/api/switches', undefined, { as: 'ChenJing' })).json
  const keys = items.map(({ key }: { key: string }) => key)
  expect(keys).toEqual(expect.arrayContaining(['job:tell-morning', 'job:tell-week', 'skill:answer-question']))
  for (const kept of ['skill:stop', 'skill:upset', 'skill:ask-for-human', 'job:deliver']) {
    expect(keys).not.toContain(kept)
    expect((await turn(kept, false)).status).toBe(404)
  }
  expect((await turn('job:tell-week', false, 'ChenJing')).status).toBe(403)
  expect((await api.call('GET', '/api/switches', undefined, { as: 'LiLei' })).status).toBe(403)
  await turn('job:tell-week', false)
  const [line] = await house.db.query(
    "SELECT act_as, action, target FROM audit WHERE action LIKE 'switched-%' ORDER BY at DESC, id DESC LIMIT 1",
  )
  expect(line).toEqual({ act_as: 'SunLi', action: 'switched-off', target: 'job:tell-week' })
})
