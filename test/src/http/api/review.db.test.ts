import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { movableClock } from '../../../../src/clock.ts'
import { runBulkVerdicts } from '../../../../src/review/bulk-verdicts.ts'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse } from '../../../support/house.ts'
import { type TestServer, testServer } from '../../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  for (const mdr of ['WangMin', 'LiNa', 'ZhaoLei']) await api.call('PUT', `/api/staff/${mdr}`, { roles: ['mdr'] })
  await api.call('PUT', '/api/staff/LiLei', { roles: ['sales'] })
  await api.call('PUT', '/api/staff/HanMei', { roles: ['sales'] })
})
afterAll(() => api.close())

const clock = () => house.clock as ReturnType<typeof movableClock>

let count = 0
/** A lead that waits for review, because it asked for a demo. */
async function waiting(): Promise<string> {
  const mobile = `137${String(++count).padStart(8, '0')}`
  const { json } = await api.call('POST', '/api/leads', { name: `待审 ${count}`, mobile })
  await api.call('POST', '/api/events', { lead: { kind: 'mobile', value: mobile }, type: 'demo_request' })
  return json.id
}
const queueIds = async (query = '') =>
  (await api.call('GET', `/api/review-queue?limit=200${query}`)).json.items.map(
    (one: { id: string }) => one.id,
  ) as string[]

test('the queue holds whole leads with why, since when and until when, hand-raises first, page by page', async () => {
  const ids = [await waiting(), await waiting(), await waiting(), await waiting(), await waiting()]
  await house.db.query(`UPDATE review_queue SET hand_raised = false WHERE lead_id = $1`, [ids[0]])
  await house.db.query(`UPDATE review_queue SET s = 5 WHERE lead_id = $1`, [ids[3]])
  const { json } = await api.call('GET', '/api/review-queue?limit=200')
  const last = json.items.at(-1)
  expect(last).toMatchObject({
    id: ids[0],
    stage: 'MAL',
    desk: 'review',
    why: expect.arrayContaining([{ rule: 'hand-raise', text: expect.any(String) }]),
    claimedBy: null,
  })
  expect(Date.parse(last.dueAt)).toBeGreaterThan(Date.parse(last.queuedAt))
  const order = json.items.map((one: { id: string }) => one.id)
  for (const limit of [1, 2, 3]) {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: { id: string }[]; nextCursor: string | null } = (
        await api.call('GET', `/api/review-queue?limit=${limit}&cursor=${cursor}`)
      ).json
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(order)
  }
})

test('three MDRs who claim at once get three different leads; a released one comes back', async () => {
  const claimed = await Promise.all(
    ['WangMin', 'LiNa', 'ZhaoLei'].map((as) => api.call('POST', '/api/review-queue/claim', undefined, { as })),
  )
  expect(new Set(claimed.map(({ json }) => json.id)).size).toBe(3)
  const [mine] = claimed.map(({ json }) => json)
  expect(mine).toMatchObject({ claimedBy: 'WangMin' })
  expect((await api.call('POST', '/api/review-queue/claim', undefined, { as: 'WangMin' })).json.id).toBe(mine.id)
  const other = await api.call('POST', `/api/leads/${mine.id}/release`, undefined, { as: 'LiNa' })
  expect([other.status, other.json.error.id]).toEqual([409, 'claimed_by_other'])
  const blocked = await api.call(
    'POST',
    `/api/leads/${mine.id}/verdict`,
    { verdict: 'nurture', reason: 'x' },
    { as: 'LiNa' },
  )
  expect([blocked.status, blocked.json.error.id]).toEqual([409, 'claimed_by_other'])
  expect((await api.call('POST', `/api/leads/${mine.id}/release`, undefined, { as: 'WangMin' })).status).toBe(200)
  expect((await api.call('POST', `/api/leads/${mine.id}/claim`, undefined, { as: 'LiNa' })).json).toMatchObject({
    leadId: mine.id,
    claimedBy: 'LiNa',
  })
  for (const as of ['WangMin', 'LiNa', 'ZhaoLei'])
    await house.db.query('UPDATE review_queue SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = $1', [as])
})

test('an empty queue has nothing to claim', async () => {
  const rows = await house.db.query<{ lead_id: string }>(
    `UPDATE review_queue SET claimed_by = 'Someone', claimed_until = now() + interval '9 years' RETURNING lead_id`,
  )
  expect((await api.call('POST', '/api/review-queue/claim', undefined, { as: 'LiNa' })).status).toBe(204)
  await house.db.query('UPDATE review_queue SET claimed_by = NULL, claimed_until = NULL')
  expect(rows.length).toBeGreaterThan(0)
})

describe('a verdict', () => {
  test('moves the lead, needs a reason, and knows a stale version', async () => {
    const id = await waiting()
    clock().advance(1000)
    const lead = (await api.call('GET', `/api/leads/${id}`)).json
    expect((await api.call('POST', `/api/leads/${id}/verdict`, { verdict: 'nurture' })).json.error.details).toEqual([
      { field: 'reason', message: '必填' },
    ])
    const stale = await api.call('POST', `/api/leads/${id}/verdict`, {
      verdict: 'nurture',
      reason: 'x',
      version: lead.version - 1,
    })
    expect([stale.status, stale.json.error.id]).toEqual([409, 'stale_version'])
    expect((await api.call('POST', `/api/leads/${id}/verdict`, { verdict: 'maybe', reason: 'x' })).status).toBe(422)
    const given = await api.call(
      'POST',
      `/api/leads/${id}/verdict`,
      { verdict: 'nurture', reason: '预算还没批', note: '三月再联系', version: lead.version },
      { as: 'WangMin' },
    )
    expect(given).toMatchObject({ status: 200, json: { id, desk: 'nurture', stage: 'MAL' } })
    expect(given.json.version).toBeGreaterThan(lead.version)
    expect(await queueIds()).not.toContain(id)
    const again = await api.call('POST', `/api/leads/${id}/verdict`, {
      verdict: 'disqualified',
      reason: 'x',
      version: lead.version,
    })
    expect(again.json.error.id).toBe('stale_version')
    const [line] = (await api.call('GET', `/api/leads/${id}/timeline`)).json.items.filter(
      (one: { kind: string }) => one.kind === 'stage',
    )
    expect(line).toMatchObject({
      actor: 'WangMin',
      words: expect.stringContaining('三月再联系'),
      data: { to: 'MAL@nurture' },
    })
  })

  test('can be undone while it is held, and not after', async () => {
    const id = await waiting()
    await api.call('POST', `/api/leads/${id}/verdict`, { verdict: 'disqualified', reason: '竞品', undoSeconds: 10 })
    expect(await queueIds()).not.toContain(id)
    expect((await api.call('POST', `/api/leads/${id}/undo`)).json).toMatchObject({ desk: 'review', stage: 'MAL' })
    expect(await queueIds()).toContain(id)
    await api.call('POST', `/api/leads/${id}/verdict`, { verdict: 'disqualified', reason: '竞品' })
    expect((await api.call('POST', `/api/leads/${id}/undo`)).json.error.id).toBe('nothing_to_undo')
  })

  test('on many leads is a job that says what became of each', async () => {
    const ids = [await waiting(), await waiting(), await waiting()]
    await api.call('POST', `/api/leads/${ids[1]}/verdict`, { verdict: 'disqualified', reason: 'x' })
    const job = await api.call(
      'POST',
      '/api/verdicts',
      { leadIds: ids, verdict: 'nurture', reason: '时机未到', remindAt: '2027-01-01T00:00:00Z' },
      { as: 'WangMin' },
    )
    expect(job).toMatchObject({ status: 202, json: { kind: 'bulk-verdicts', state: 'queued', total: 3 } })
    while (await runBulkVerdicts(house));
    const report = (await api.call('GET', `/api/jobs/${job.json.id}`, undefined, { as: 'WangMin' })).json
    expect(report).toMatchObject({ state: 'done', done: 3, result: { done: 2, refused: 1 } })
    expect(report.items.map((one: { outcome: string; leadId: string }) => [one.leadId, one.outcome])).toEqual([
      [ids[0], 'done'],
      [ids[1], 'refused'],
      [ids[2], 'done'],
    ])
    expect((await api.call('GET', `/api/leads/${ids[2]}`)).json.desk).toBe('nurture')
    expect((await api.call('POST', '/api/verdicts', { leadIds: [], verdict: 'nurture', reason: 'x' })).status).toBe(422)
  })
})

test('the way of a lead: judged, offered, declined, accepted, advanced, returned', async () => {
  const id = await waiting()
  await api.call('POST', `/api/leads/${id}/verdict`, { verdict: 'mql', reason: '预算明确' }, { as: 'WangMin' })
  const offered = async () =>
    (
      await house.db.query<{ userid: string }>(`SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'`, [id])
    )[0]?.userid as string
  const first = await offered()
  const other = first === 'LiLei' ? 'HanMei' : 'LiLei'
  expect((await api.call('GET', `/api/leads/${id}`, undefined, { as: first })).status).toBe(200)
  expect((await api.call('POST', `/api/leads/${id}/accept`, {}, { as: other })).status).toBe(403)
  expect((await api.call('POST', `/api/leads/${id}/decline`, {}, { as: first })).status).toBe(422)
  expect((await api.call('POST', `/api/leads/${id}/decline`, { reason: '太忙' }, { as: first })).status).toBe(200)
  expect(await offered()).toBe(other)
  expect((await api.call('POST', `/api/leads/${id}/accept`, {}, { as: other })).json).toMatchObject({
    owner: other,
    stage: 'MQL',
  })
  expect((await api.call('POST', `/api/leads/${id}/advance`, { to: 'OPPORTUNITY' }, { as: other })).json.error.id).toBe(
    'illegal_move',
  )
  expect((await api.call('POST', `/api/leads/${id}/advance`, { to: 'SQL' }, { as: other })).json).toMatchObject({
    stage: 'SQL',
    owner: other,
  })
  const back = await api.call(
    'POST',
    `/api/leads/${id}/return`,
    { reason: '没有预算', note: '明年再看' },
    { as: other },
  )
  expect(back.json).toMatchObject({
    stage: 'MAL',
    desk: 'nurture',
    owner: null,
    recycleCount: 1,
    coolUntil: expect.any(String),
  })
  const funnel = (await api.call('GET', '/api/funnel')).json
  const at = (stage: string) => funnel.items[0].stages.find((one: { stage: string }) => one.stage === stage)
  expect(at('MQL')).toMatchObject({ entered: 1, converted: 1, rate: 1 })
  expect(at('SQL')).toMatchObject({ entered: 1, converted: 0, rate: 0 })
  expect(at('MAL').entered).toBeGreaterThan(1)
  const bySource = (await api.call('GET', '/api/funnel?by=source&from=2026-01-01&to=2027-12-31')).json
  expect(bySource.items).toMatchObject([{ key: 'api' }])
  for (const by of ['channel', 'campaign', 'owner', 'actor', 'month'])
    expect((await api.call('GET', `/api/funnel?by=${by}`)).status, by).toBe(200)
  expect((await api.call('GET', '/api/funnel?from=2027-01-01&to=2026-01-01')).status).toBe(422)
})
