import { beforeAll, describe, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { watchOpportunities } from '../../../src/opportunities/watch.ts'
import { remindTasks } from '../../../src/tasks/remind.ts'
import { accountsNow, keepUp } from '../../support/accounts.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let server: TestServer
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock, shelves: { jobs: new Map() } })
  server = await testServer(house)
  for (const [userid, role] of [
    ['WangMin', 'mdr'],
    ['LiLei', 'sales'],
    ['HanMei', 'csm'],
    ['ChenJing', 'manager'],
  ])
    await server.call('PUT', `/api/staff/${userid}`, { roles: [role] })
  await server.call('PUT', '/api/playbook', { routing: { newPerDay: 100 } })
  return () => server.close()
})

const as = (userid: string) => ({ as: userid })
const api = (method: string, path: string, body?: unknown, who?: string) =>
  server.call(method, path, body, who ? as(who) : {})
/** A lead LiLei sells to, as far as SQL. */
async function selling(name: string, company?: string): Promise<string> {
  const { json } = await api('POST', '/api/leads', { name, ...(company ? { company } : {}) })
  await api('POST', `/api/leads/${json.id}/verdict`, { verdict: 'mql', reason: 'clear-need' }, 'WangMin')
  await api('POST', `/api/leads/${json.id}/accept`, {}, 'LiLei')
  expect((await api('POST', `/api/leads/${json.id}/advance`, { to: 'SQL' }, 'LiLei')).status).toBe(200)
  await keepUp(house)
  return json.id
}
const deals = async (leadId: string) => (await api('GET', `/api/leads/${leadId}/opportunities`)).json.items
const stageOf = async (leadId: string) => (await api('GET', `/api/leads/${leadId}`)).json.stage
const required = [
  'need-stated',
  'decision-chain',
  'demo-done',
  'worries-answered',
  'trial-passed',
  'champion-found',
  'decider-met',
  'quotation-given',
  'terms-agreed',
  'signed',
]

describe('a lead and its deal', () => {
  it('advance without a word of the deal makes one on its company; the next of that company joins it', async () => {
    const a = await selling('甲', '宁波精工')
    const b = await selling('乙', '宁波精工有限公司')
    expect((await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')).status).toBe(200)
    expect((await api('POST', `/api/leads/${b}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')).status).toBe(200)
    const [deal] = await deals(a)
    expect(deal).toMatchObject({ state: 'open', step: 'confirm-need', name: '宁波精工的商机', owner: 'LiLei' })
    expect(deal.people.filter(({ tied }: { tied: boolean }) => tied)).toHaveLength(2)
    expect(await deals(b)).toHaveLength(1)
    await keepUp(house)
    expect(await accountsNow(house)).toMatchObject([{ stage: 'OPPORTUNITY', people: ['乙', '甲'] }])
  })

  it('several deals of one company stand beside each other when they are named', async () => {
    const a = await selling('丙', '苏州纺织')
    const b = await selling('丁', '苏州纺织')
    await api(
      'POST',
      `/api/leads/${a}/advance`,
      { to: 'OPPORTUNITY', opportunity: { name: '一期', amount: 12_000_000, expectedClose: '2026-12-31' } },
      'LiLei',
    )
    await api(
      'POST',
      `/api/leads/${b}/advance`,
      { to: 'OPPORTUNITY', opportunity: { name: '二期', amount: 5_000_000 } },
      'LiLei',
    )
    await keepUp(house)
    const [row] = (await api('GET', `/api/accounts?q=${encodeURIComponent('苏州')}`)).json.items
    expect(row).toMatchObject({ openOpportunities: 2, openAmount: 17_000_000 })
    const items = (await api('GET', `/api/accounts/${row.id}/opportunities`)).json.items
    expect(items.map(({ name }: { name: string }) => name).sort()).toEqual(['一期', '二期'])
  })

  it('returning the lead loses his deal for the same reason; a deal of a company nobody knows yet finds it later', async () => {
    const a = await selling('戊')
    await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    expect((await deals(a))[0].accountId).toBeNull()
    await house.db.query("UPDATE leads SET company = '无锡轴承' WHERE id = $1", [a])
    await keepUp(house)
    expect((await deals(a))[0].accountId).not.toBeNull()
    expect((await api('POST', `/api/leads/${a}/return`, { reason: 'no-budget' }, 'LiLei')).status).toBe(200)
    expect((await deals(a))[0]).toMatchObject({ state: 'lost', reason: 'no-budget' })
  })
})

describe('gates', () => {
  it('stay shut until what is required is ticked; only a manager lets it through, and history says why', async () => {
    const a = await selling('己', '杭州云帆')
    await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const [{ id }] = await deals(a)
    const shut = await api('POST', `/api/opportunities/${id}/advance`, {}, 'LiLei')
    expect(shut).toMatchObject({ status: 409, json: { error: { id: 'gate_shut' } } })
    expect(shut.json.error.details.missing.map(({ item }: { item: string }) => item)).toEqual([
      'need-stated',
      'decision-chain',
    ])
    expect((await api('POST', `/api/opportunities/${id}/advance`, { override: '客户很急' }, 'LiLei')).status).toBe(403)
    await api('POST', `/api/opportunities/${id}/tick`, { item: 'need-stated', note: '报价要五天' }, 'LiLei')
    await api('POST', `/api/opportunities/${id}/tick`, { item: 'decision-chain' }, 'LiLei')
    expect((await api('POST', `/api/opportunities/${id}/advance`, {}, 'LiLei')).json.step).toBe('solution')
    const passed = await api('POST', `/api/opportunities/${id}/advance`, { override: '客户很急' }, 'ChenJing')
    expect(passed.json.step).toBe('trial')
    const { items } = (await api('GET', `/api/opportunities/${id}/history`)).json
    expect(items[0]).toMatchObject({
      kind: 'stepped',
      by: 'ChenJing',
      words: '客户很急',
      data: { overridden: ['demo-done', 'worries-answered'] },
    })
    await expect(house.db.query('DELETE FROM opportunity_changes WHERE opportunity_id = $1', [id])).rejects.toThrow()
    expect((await api('POST', `/api/opportunities/${id}/tick`, { item: 'no-such' }, 'LiLei')).status).toBe(422)
    expect((await api('POST', `/api/opportunities/${id}/advance`, {}, 'HanMei')).status).toBe(403)
  })

  it('a recorded demo with the customer’s own data ticks what it shows; another does not', async () => {
    const a = await selling('庚', '绍兴印染')
    await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const fields = { audience: ['采购'], 'own-data': '否', result: '基本走通', next: '报价' }
    expect((await api('POST', `/api/leads/${a}/follow-ups`, { form: 'demo', fields }, 'LiLei')).json.ticked).toEqual([])
    const shown = await api(
      'POST',
      `/api/leads/${a}/follow-ups`,
      { form: 'demo', fields: { ...fields, 'own-data': '是' } },
      'LiLei',
    )
    expect(shown).toMatchObject({ status: 201, json: { ticked: ['demo-done'] } })
    const item = (await deals(a))[0].steps[1].checklist[0]
    expect(item).toMatchObject({ id: 'demo-done', ticked: { by: 'LiLei' } })
  })

  it('winning asks for every gate, then takes its leads to where won deals go; losing sends them back', async () => {
    const a = await selling('辛', '嘉兴电子')
    await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const [{ id }] = await deals(a)
    expect((await api('POST', `/api/opportunities/${id}/won`, {}, 'LiLei')).status).toBe(409)
    for (const item of required) await api('POST', `/api/opportunities/${id}/tick`, { item }, 'LiLei')
    expect((await api('POST', `/api/opportunities/${id}/won`, {}, 'LiLei')).json.state).toBe('won')
    expect(await stageOf(a)).toBe('CUSTOMER')
    expect((await api('POST', `/api/opportunities/${id}/lost`, { reason: 'no-need' }, 'LiLei')).status).toBe(409)
    const b = await selling('壬', '台州模具')
    await api('POST', `/api/leads/${b}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const [{ id: other }] = await deals(b)
    expect(
      (
        await api(
          'POST',
          `/api/opportunities/${other}/lost`,
          { reason: 'lost-to-competitor', note: '对方便宜' },
          'LiLei',
        )
      ).json.state,
    ).toBe('lost')
    expect((await api('GET', `/api/leads/${b}`)).json).toMatchObject({ stage: 'MAL', desk: 'nurture', recycleCount: 1 })
  })

  it('a deal that was lost is opened again with a reason, where it stood; who stands where deals are goes with it', async () => {
    const lead = await selling('重开', '重开公司')
    await api('POST', `/api/leads/${lead}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const [deal] = await deals(lead)
    const path = `/api/opportunities/${deal.id}`
    expect((await api('POST', `${path}/reopen`, { reason: '…' }, 'LiLei')).status).toBe(409)
    await api('POST', `${path}/tick`, { item: 'need-stated' }, 'LiLei')
    await api('POST', `${path}/lost`, { reason: 'no-budget' }, 'LiLei')
    expect((await api('POST', `${path}/reopen`, { reason: '预算批下来了' }, 'HanMei')).status).toBe(403)
    const opened = await api('POST', `${path}/reopen`, { reason: '预算批下来了' }, 'LiLei')
    expect(opened.json).toMatchObject({ state: 'open', step: deal.step, reason: null, closedAt: null })
    expect(opened.json.steps[0].checklist[0].ticked).not.toBeNull()
    const [line] = (await api('GET', `${path}/history`)).json.items
    expect(line).toMatchObject({ kind: 'reopened', words: '预算批下来了', data: { was: 'lost' } })
    expect(await stageOf(lead)).toBe('MAL')
    expect((await deals(lead))[0].people).toMatchObject([{ leadId: lead, tied: false }])
  })

  it('a deal nothing happens to is told to its owner once, later to his manager', async () => {
    const a = await selling('癸', '温州鞋业')
    await api('POST', `/api/leads/${a}/advance`, { to: 'OPPORTUNITY' }, 'LiLei')
    const told = () =>
      house.db.query<{ recipient: string }>(
        "SELECT recipient FROM messages WHERE key LIKE 'opportunity-stale:%' AND lead_id = $1 ORDER BY created_at",
        [a],
      )
    clock.advance(15 * 86_400_000)
    await watchOpportunities(house)
    await watchOpportunities(house)
    expect(await told()).toEqual([{ recipient: 'LiLei' }])
    clock.advance(14 * 86_400_000)
    await watchOpportunities(house)
    expect((await told()).map(({ recipient }) => recipient)).toEqual(['LiLei', 'ChenJing'])
    expect((await deals(a))[0].isStale).toBe(true)
  })
})

describe('follow-ups and tasks', () => {
  it('keeps the record, the next step as a task, tags and whom it mentions; refuses what the form does not know', async () => {
    const a = await selling('子', '湖州机械')
    const bad = await api(
      'POST',
      `/api/leads/${a}/follow-ups`,
      { form: 'demo', fields: { audience: ['外星人'], evil: 1 } },
      'LiLei',
    )
    expect(bad.status).toBe(422)
    expect(bad.json.error.details.map(({ field }: { field: string }) => field).sort()).toEqual([
      'audience',
      'evil',
      'next',
      'own-data',
      'result',
    ])
    expect((await api('POST', `/api/leads/${a}/follow-ups`, {}, 'LiLei')).status).toBe(422)
    expect((await api('POST', `/api/leads/${a}/follow-ups`, { note: 'x', mention: ['Nobody'] }, 'LiLei')).status).toBe(
      422,
    )
    const { json, status } = await api(
      'POST',
      `/api/leads/${a}/follow-ups`,
      {
        form: 'next-step',
        fields: { action: '打电话', date: '2027-01-08', who: '我' },
        note: '约了周五 <b>',
        tags: [{ group: '需求', name: '降本' }],
        mention: ['HanMei'],
        tasks: [{ text: '发报价单' }],
      },
      'LiLei',
    )
    expect(status).toBe(201)
    expect(json.tasks).toHaveLength(2)
    const tasks = (await api('GET', `/api/tasks?owner=me`, undefined, 'LiLei')).json.items
    expect(
      tasks
        .filter(({ leadId }: { leadId: string }) => leadId === a)
        .map(({ dueAt }: { dueAt: string | null }) => dueAt),
    ).toEqual(['2027-01-07T16:00:00.000Z', null])
    expect(await house.db.query("SELECT recipient FROM messages WHERE key LIKE 'mentioned:%'")).toEqual([
      { recipient: 'HanMei' },
    ])
    const line = (await api('GET', `/api/leads/${a}/timeline`)).json.items.find(
      ({ kind }: { kind: string }) => kind === 'note',
    )
    expect(line.words).toContain('约了周五 <b>')
  })

  it('reminds of a task once when it is due, again after it was put off, and not when it is done', async () => {
    const a = await selling('丑', '金华五金')
    const due = new Date(clock.now().getTime() + 3_600_000)
    const { json: task } = await api(
      'POST',
      '/api/tasks',
      { text: '回电话', leadId: a, dueAt: due.toISOString() },
      'LiLei',
    )
    const told = async () =>
      (await house.db.query(`SELECT 1 FROM messages WHERE key LIKE $1`, [`task-due:${task.id}:%`])).length
    await remindTasks(house)
    expect(await told()).toBe(0)
    clock.advance(3_600_000)
    await remindTasks(house)
    await remindTasks(house)
    expect(await told()).toBe(1)
    await api(
      'POST',
      `/api/tasks/${task.id}/snooze`,
      { until: new Date(clock.now().getTime() + 60_000).toISOString() },
      'LiLei',
    )
    clock.advance(60_000)
    await remindTasks(house)
    expect(await told()).toBe(2)
    expect((await api('POST', `/api/tasks/${task.id}/done`, {}, 'HanMei')).status).toBe(403)
    expect((await api('POST', `/api/tasks/${task.id}/done`, {}, 'LiLei')).json).toMatchObject({
      state: 'done',
      doneBy: 'LiLei',
    })
    expect((await api('POST', `/api/tasks/${task.id}/snooze`, { until: due.toISOString() }, 'LiLei')).status).toBe(409)
  })
})
