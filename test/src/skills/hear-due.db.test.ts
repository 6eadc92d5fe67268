import { beforeAll, beforeEach, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import type { Skill } from '../../../src/define.ts'
import { hearDue } from '../../../src/skills/hear-due.ts'
import { keepHearing } from '../../../src/skills/keep-hearing.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'

let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)
/** What each skill heard; `falls` makes the next answers break. */
const heard: { skill: string; text: string }[] = []
let falls = 0

const skill = (name: string, hears: RegExp, order: number, speaker: Skill['speaker'] = 'customer'): [string, Skill] => [
  name,
  {
    speaker,
    hears: [hears],
    order,
    async answer({ text, note }) {
      heard.push({ skill: name, text })
      await note('kf_message', { by: name })
      if (falls-- > 0) throw new Error('died in the middle')
    },
  },
]

beforeAll(async () => {
  db = await testDatabase()
  const skills = new Map([
    skill('stop', /^退订$/, 1),
    skill('price', /多少钱|报价/, 10),
    skill('anything', /./, 90),
    skill('help', /^帮助$/, 1, 'staff'),
  ])
  house = await testHouse({ db, clock, shelves: { skills, jobs: new Map() } })
  await addStaff(house, 'WangMin', ['mdr'])
})
beforeEach(async () => {
  await db.query('DELETE FROM hearings')
  heard.length = 0
  falls = 0
  clock.advance(3_600_000)
})

let serial = 0
async function says(
  leadId: string | null,
  text: string,
  more: { key?: string; speaker?: 'staff'; menuId?: string } = {},
) {
  await keepHearing(house, {
    speaker: more.speaker ?? 'customer',
    leadId,
    ...(more.speaker ? { userid: 'WangMin' } : { openKfId: 'wk1' }),
    text,
    kind: 'text',
    at: clock.now(),
    key: more.key ?? `k-${++serial}`,
    menuId: more.menuId,
  })
}
const left = async () => (await db.query('SELECT 1 FROM hearings')).length
const noted = async (leadId: string) =>
  (await db.query("SELECT 1 FROM timeline WHERE lead_id = $1 AND kind = 'event:kf_message'", [leadId])).length

it('waits until somebody has finished, and hears one breath as one', async () => {
  const id = await openLead(house)
  await says(id, '在吗')
  clock.advance(600)
  await says(id, '你们的系统')
  clock.advance(600)
  await says(id, '多少钱')
  expect(await hearDue(house)).toBe(false)
  clock.advance(1_000)
  await hearDue(house)
  expect(heard).toEqual([{ skill: 'price', text: '在吗\n你们的系统\n多少钱' }])
  expect(await left()).toBe(0)
})

it('does not wait for ever for one who goes on and on', async () => {
  const id = await openLead(house)
  for (let line = 0; line < 8; line++) {
    await says(id, `第 ${line} 句`)
    clock.advance(900)
    await hearDue(house)
  }
  expect(heard).toHaveLength(1)
})

it('lets the word that matters most speak for the whole burst', async () => {
  const id = await openLead(house)
  for (const text of ['多少钱', '算了', '退订']) await says(id, text)
  await hearDue(house, { patient: false })
  expect(heard.map((one) => one.skill)).toEqual(['stop'])
})

it('hears a tap at once', async () => {
  const id = await openLead(house)
  await says(id, '报价', { menuId: 'price:1' })
  await hearDue(house)
  expect(heard).toHaveLength(1)
})

it('hears a member at once, each command by itself', async () => {
  await says(null, '帮助', { speaker: 'staff' })
  await says(null, '帮助', { speaker: 'staff' })
  await hearDue(house)
  expect(heard).toHaveLength(2)
})

it('hears the same event once, however often it is told', async () => {
  const id = await openLead(house)
  await says(id, '报价', { key: 'told-twice' })
  await hearDue(house, { patient: false })
  await says(id, '报价', { key: 'told-twice' })
  await hearDue(house, { patient: false })
  expect(heard).toHaveLength(1)
})

it('a death in the middle of an answer answers the same words again, and what was done is not done twice', async () => {
  const id = await openLead(house)
  await says(id, '在吗')
  await says(id, '报价')
  falls = 1
  await hearDue(house, { patient: false })
  await says(id, '还有，支持钉钉吗')
  await hearDue(house, { patient: false })
  expect(heard).toHaveLength(1)
  clock.advance(3_000)
  await hearDue(house, { patient: false })
  expect(heard.map(({ text }) => text)).toEqual(['在吗\n报价', '在吗\n报价'])
  expect(await noted(id)).toBe(1)
  await hearDue(house, { patient: false })
  expect(heard.at(-1)).toEqual({ skill: 'anything', text: '还有，支持钉钉吗' })
  expect(await left()).toBe(0)
})

it('words that break their skill again and again are put aside and hold nobody up', async () => {
  const [bad, good] = [await openLead(house), await openLead(house)]
  await says(bad, '报价')
  falls = 1_000
  for (let tries = 0; tries < 8; tries++) {
    await hearDue(house, { patient: false })
    clock.advance(120_000)
  }
  expect(await left()).toBe(0)
  falls = 0
  await says(good, '报价')
  await hearDue(house, { patient: false })
  expect(await noted(good)).toBe(1)
})

it('two workers at once answer each conversation once', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => openLead(house)))
  for (const id of ids) for (const text of ['在吗', '报价']) await says(id, text)
  await Promise.all([1, 2, 3].map(() => hearDue(house, { patient: false })))
  expect(heard.map(({ text }) => text)).toEqual(Array(12).fill('在吗\n报价'))
})

it('stops talking with somebody who never tires, and calls a person once', async () => {
  const id = await openLead(house)
  await db.query(
    `INSERT INTO messages (id, key, lead_id, purpose, channel, state, priority, body, due_at, planned_by, created_at, playbook_version)
     SELECT gen_random_uuid(), 'circle-' || n, $1, 'answer', 'kf', 'sent', 1, '{"text":"x"}', $2, 'skill', $2, 1 FROM generate_series(1, 8) n`,
    [id, clock.now()],
  )
  for (let round = 0; round < 3; round++) {
    await says(id, '报价')
    await hearDue(house, { patient: false })
  }
  expect(heard).toEqual([])
  const called = await db.query("SELECT recipient FROM messages WHERE lead_id = $1 AND content_id = 'human-wanted'", [
    id,
  ])
  expect(called).toEqual([{ recipient: 'WangMin' }])
})
