import { beforeAll, expect, it } from 'vitest'
import { makeLiveCode, wantLiveCode } from '../../../src/codes/make.ts'
import type { CodePlan } from '../../../src/codes/plan.ts'
import { move } from '../../../src/leads/move.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'
import { standing } from '../../support/people.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(1)
  await here.house.playbook.change({ codes: { blockedNames: ['代运营', '同行甲'] } }, 'SunLi')
})

async function code(plan: CodePlan, more: { welcome?: string; staff?: string[] } = {}): Promise<string> {
  const wish = { kind: 'live', name: '工博会', staff: ['LiLei'], plan, by: 'SunLi', ...more } as const
  const { id, state } = await here.db.transaction((tx) => wantLiveCode(tx, here.house, wish))
  await makeLiveCode(here.house, id)
  return state
}
const scan = async (state: string, who: { name: string } | { customer: string }) => {
  const { external_userid: id } = await here.sandbox.customerScans({ ...who, state })
  await here.settle()
  return id
}
const relation = (userid: string, id: string) =>
  here.sandbox.world.relations.find((one) => one.userid === userid && one.external_userid === id)
const greeted = (id: string) => here.sandbox.received(id).map(({ text }) => text ?? '')
const at = (text: string) => here.clock.set(new Date(`${text}+08:00`))

it('a remark is written once the nickname is known, by pattern, within twenty characters; what a rep wrote stays', async () => {
  at('2026-11-19T10:00')
  const state = await code({
    remark: '{{name}}-{{channel}}-{{MMDD}}',
    description: '{{channel}}，{{staff}}接待，{{YYMMDD}}',
  })
  const id = await scan(state, { name: '一位名字特别特别长的张先生' })
  await here.work('settle-newcomers')
  expect(relation('LiLei', id)).toMatchObject({
    remark: '一位名字特别特别长的张-工博会-1119',
    description: '工博会，李雷接待，261119',
  })
  expect(await here.db.query('SELECT 1 FROM newcomers')).toEqual([])
  const { external_userid: mine } = await here.sandbox.customerScans({ name: '老赵', state })
  Object.assign(relation('LiLei', mine) ?? {}, { remark: '赵总（吃饭认识的）' })
  await here.settle()
  await here.work('settle-newcomers')
  expect(relation('LiLei', mine)).toMatchObject({
    remark: '赵总（吃饭认识的）',
    description: '工博会，李雷接待，261119',
  })
})

it('a remark WeCom did not answer for is written again, and waits for a member who has not added back', async () => {
  const state = await code({ remark: '{{name}}-{{channel}}' })
  const { external_userid: id } = await here.sandbox.customerScans({ name: '半加', state, half: true })
  await here.settle()
  await here.work('settle-newcomers')
  expect(
    here.sandbox.callsTo('externalcontact/remark').filter(({ body }) => JSON.stringify(body).includes(id)),
  ).toEqual([])
  await here.sandbox.staffAddsBack({ userid: 'LiLei', customer: id })
  here.sandbox.setFaults({ api: [{ path: 'externalcontact/remark', drop: 'after', count: 1 }] })
  here.clock.advance(61_000)
  await here.settle()
  await here.work('settle-newcomers')
  here.clock.advance(61_000)
  await here.work('settle-newcomers')
  here.sandbox.setFaults({ preset: 'calm' })
  expect(relation('LiLei', id)?.remark).toBe('半加-工博会')
  expect(await here.db.query('SELECT 1 FROM newcomers')).toEqual([])
})

it('whoever comes is greeted by the time of the day', async () => {
  const greetings = [
    { days: 'workdays' as const, from: '09:00', to: '18:00', text: '上班时间，马上回您' },
    { days: 'all' as const, from: '22:00', to: '02:00', text: '夜里好，明早回您' },
  ]
  const state = await code({ greetings }, { welcome: '您好，稍后回您' })
  for (const [moment, words] of [
    ['2026-11-23T10:00', '上班时间，马上回您'],
    ['2026-11-23T19:00', '您好，稍后回您'],
    ['2026-11-24T01:30', '夜里好，明早回您'],
    ['2026-11-28T10:00', '您好，稍后回您'],
  ] as const) {
    at(moment)
    expect([moment, greeted(await scan(state, { name: '来客' }))]).toEqual([moment, [words]])
  }
})

it('one who knows a colleague keeps his owner; the welcome says whom he knows, and the second rep hears of it', async () => {
  at('2026-11-25T10:00')
  const { id, leadId } = await customerNamed(here, '老朋友', 'HanMeimei')
  await here.settle()
  await here.db.query("UPDATE leads SET owner = 'HanMeimei', stage = 'MQL', desk = 'sales' WHERE id = $1", [leadId])
  const state = await code({}, { welcome: '新来的您好' })
  await scan(state, { customer: id })
  await here.work('settle-newcomers')
  await scan(state, { customer: id })
  await here.work('settle-newcomers')
  expect((await here.lead(id)).owner).toBe('HanMeimei')
  expect(greeted(id).at(-1)).toContain('我同事韩梅梅')
  const told = await here.db.query<{ text: string }>(
    "SELECT body ->> 'text' AS text FROM messages WHERE purpose = 'notice' AND recipient = 'LiLei' AND lead_id = $1 AND body ->> 'text' LIKE '%客户好友%'",
    [leadId],
  )
  expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('并由韩梅梅负责')])
})

it('a blocked nickname gets no welcome, no score and no review; the lead is kept, and a person may take it up again', async () => {
  at('2026-11-26T10:00')
  const state = await code({})
  const id = await scan(state, { name: '专业 代-运-营 小李' })
  const { id: leadId, stage, desk } = await here.lead(id)
  expect(greeted(id)).toEqual([])
  expect({ stage, desk }).toEqual({ stage: 'DISQUALIFIED', desk: 'closed' })
  const tags = () =>
    here.db.query('SELECT g.name FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id WHERE lt.lead_id = $1', [leadId])
  expect(await tags()).toContainEqual({ name: '屏蔽' })
  const raise = (key: string) =>
    here.db.transaction((tx) =>
      noteEvents(tx, here.house, [{ leadId, type: 'demo_request', at: here.clock.now(), key }]),
    )
  expect(await raise('one')).toEqual([])
  await here.sandbox.customerDeletes({ customer: id, userid: 'LiLei' })
  here.clock.advance(60_000)
  await scan(state, { customer: id })
  expect((await standing(here.house, leadId)).desk).toBe('closed')
  await here.db.transaction((tx) =>
    move(tx, here.house, { leadId, on: 'reopen', actor: { id: 'WangMin', roles: ['mdr'] } }),
  )
  expect(await tags()).not.toContainEqual({ name: '屏蔽' })
  expect(await raise('two')).toEqual([{ leadId }])
  await here.db.query('UPDATE follows SET stale_since = $1', [here.clock.now()])
  here.clock.advance(3_000)
  await here.settle()
  expect((await standing(here.house, leadId)).desk).toBe('review')
})

it('a customer is greeted although WeCom did not say what he is called', async () => {
  const state = await code({}, { welcome: '您好' })
  here.sandbox.setFaults({ api: [{ path: 'externalcontact/get', errcode: -1, count: 9 }] })
  expect(greeted(await scan(state, { name: '慢' }))).toEqual(['您好'])
  here.sandbox.setFaults({ preset: 'calm' })
})
