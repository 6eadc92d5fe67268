import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../../sandbox/random.ts'
import { newId } from '../../../src/ids.ts'
import { saveContent } from '../../../src/messages/library.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const day = 86_400_000
let house: TestHouse
let server: TestServer
let start: number
const at = (days: number) => new Date(start + days * day)
const stages = ['MAL', 'MQL', 'SQL', 'OPPORTUNITY', 'CUSTOMER']

interface Told {
  channel?: string
  owner?: string
  fit?: number
  born?: number
  /** Stages it came to, and when. */
  way?: [stage: string, day: number, reason?: string, edge?: string][]
}

/** Leads with a history, written as it would stand there. */
async function tell(people: readonly Told[]): Promise<string[]> {
  const rows = people.map((one) => ({ id: newId(house.clock), ...one, born: one.born ?? 0 }))
  const source = (one: (typeof rows)[number]) =>
    JSON.stringify({ kind: 'form', channel: one.channel ?? null, campaign: null, state: null, at: at(one.born) })
  await house.db.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO leads (id, name, stage, desk, owner, first_source, last_source, stage_at, created_at, updated_at)
       SELECT id, 'x', stage, 'nurture', owner, source, source, at, at, at FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::timestamptz[]) AS t(id, stage, owner, source, at)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ way }) => way?.at(-1)?.[0] ?? 'MAL'),
        rows.map(({ owner }) => owner ?? null),
        rows.map(source),
        rows.map(({ born }) => at(born)),
      ],
    )
    await tx.query(
      'INSERT INTO scores (lead_id, fit, fit_known, rules, updated_at) SELECT id, fit, true, 1, now() FROM unnest($1::uuid[], $2::int[]) AS t(id, fit)',
      [rows.map(({ id }) => id), rows.map(({ fit }) => fit ?? 50)],
    )
    await tx.query(
      "INSERT INTO touches (id, lead_id, at, kind, channel) SELECT gen_random_uuid(), id, at, 'form', channel FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS t(id, at, channel)",
      [rows.map(({ id }) => id), rows.map(({ born }) => at(born)), rows.map(({ channel }) => channel ?? null)],
    )
    const changes = rows.flatMap(({ id, born, way = [] }) => {
      const all: [string, number, string?, string?][] = [['MAL', born], ...way]
      return all.map(([stage, when, reason, edge], index) => ({
        ...{ id, seq: index + 1, stage, from: all[index - 1]?.[0] ?? null, at: at(when) },
        ...{ reason: reason ?? null, edge: edge ?? 'x' },
      }))
    })
    await tx.query(
      `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, reason, playbook_version, at)
       SELECT id, seq, edge, "from", CASE WHEN "from" IS NOT NULL THEN 'nurture' END, stage, 'nurture', 'test', reason, 1, at
       FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) AS t(id, seq, edge, "from", stage, reason, at) ORDER BY id, seq`,
      [
        changes.map(({ id }) => id),
        changes.map(({ seq }) => seq),
        changes.map(({ edge }) => edge),
        changes.map(({ from }) => from),
        changes.map(({ stage }) => stage),
        changes.map(({ reason }) => reason),
        changes.map((change) => change.at),
      ],
    )
  })
  return rows.map(({ id }) => id)
}

async function sent(content: string, leads: readonly (readonly [id: string, day: number])[]): Promise<void> {
  await house.db.query(
    `INSERT INTO messages (id, key, lead_id, purpose, content_id, content_version, channel, state, body, due_at, planned_by, playbook_version, created_at, sent_at)
     SELECT gen_random_uuid(), $1 || id, id, 'marketing', $1, 1, 'kf', 'sent', '{}', at, 'test', 1, at, at FROM unnest($2::uuid[], $3::timestamptz[]) AS t(id, at)`,
    [content, leads.map(([id]) => id), leads.map(([, when]) => at(when))],
  )
}
const get = async (path: string, as?: string) => {
  const answer = await server.call('GET', path, undefined, as ? { as } : {})
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}
const period = () => `from=${at(-1).toISOString()}&to=${at(100).toISOString()}`
/** All leads behind a number, page by page. */
const behind = async (link: string, as?: string): Promise<string[]> => {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const { items, nextCursor } = await get(`${link}&limit=200${cursor && `&cursor=${cursor}`}`, as)
    ids.push(...items.map(({ id }: { id: string }) => id))
    if (!nextCursor) return ids.sort()
    cursor = nextCursor
  }
}

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testServer(house)
  start = house.clock.now().getTime() - 100 * day
  await addStaff(house, 'East', ['manager'], { team: 'east' })
  await addStaff(house, 'LiLei', ['sales'], { team: 'east' })
  await addStaff(house, 'Wang', ['sales'], { team: 'west' })
})
afterAll(() => server.close())

test('a piece that moves people is found, one that does nothing is not praised, and one for few says so', async () => {
  const random = seededRandom(11)
  const piece = async (title: string) =>
    (await saveContent(house, { kind: 'article', title, body: '文', say: '看', stages: ['MAL'] }, 'test')).id
  const [works, idle, rare] = [await piece('有用'), await piece('没用'), await piece('少见')]
  // Hot leads (fit 90) go on by themselves three times as fast as cold ones (fit 10), and get pieces three times as often.
  const people = Array.from({ length: 3000 }, (_, n) => {
    const isHot = n % 2 === 0
    const alone = -Math.log(1 - random()) / (isHot ? 0.009 : 0.003)
    const gets = (share: number, on: number) => random() < (isHot ? 3 * share : share) && alone > on
    const [worksOn, idleOn] = [10 + random() * 28, 10 + random() * 28]
    const got = { works: gets(0.15, worksOn), idle: gets(0.15, idleOn) }
    const helped = got.works && random() < 0.2 ? worksOn + random() * 30 : Infinity
    return { isHot, got, alone, worksOn, idleOn, moves: Math.min(alone, helped) }
  })
  const ids = await tell(
    people.map(({ isHot, moves }) => ({ fit: isHot ? 90 : 10, way: moves < 100 ? [['MQL', moves]] : [] })),
  )
  const gotten = (name: 'works' | 'idle') =>
    people.flatMap(({ got, moves, ...one }, n) => {
      const on = one[`${name}On`]
      return got[name] && moves > on ? [[ids[n] ?? '', on] as const] : []
    })
  await sent(works, gotten('works'))
  await sent(idle, gotten('idle'))
  await sent(
    rare,
    ids.slice(0, 4).map((id) => [id, 12] as const),
  )
  const { items } = await get(`/api/reports/content?${period()}&horizon=30`)
  const of = (id: string) => items.find(({ contentId }: { contentId: string }) => contentId === id)
  expect(of(works)).toMatchObject({ sent: gotten('works').length, lift: { verdict: 'better' } })
  const treated = people.filter(({ got }) => got.works)
  const share = (rows: readonly (typeof people)[number][], is: (one: (typeof people)[number]) => boolean) =>
    rows.filter(is).length / rows.length
  // What happened to them, less what would have happened to the very same.
  const truth =
    share(treated, (one) => one.moves < one.worksOn + 30) - share(treated, (one) => one.alone < one.worksOn + 30)
  expect(truth).toBeGreaterThan(0.1)
  expect(of(works).lift.interval.low).toBeLessThan(truth)
  expect(of(works).lift.interval.high).toBeGreaterThan(truth)
  expect(of(works).lift.lift).toBeCloseTo(truth, 1)
  expect(of(idle).lift.verdict).toBe('unclear')
  // Without matching the idle piece would look good: the hot got it and would have gone anyway.
  const soon = (one: (typeof people)[number]) => one.moves > one.idleOn && one.moves < one.idleOn + 30
  const naive =
    share(
      people.filter(({ got }) => got.idle),
      soon,
    ) -
    share(
      people.filter(({ got }) => !got.idle),
      soon,
    )
  expect(naive).toBeGreaterThan(0.04)
  expect(Math.abs(of(idle).lift.lift)).toBeLessThan(naive)
  expect(of(rare).lift.verdict).toBe('tooFew')
  expect(await behind(of(works).leads.sent)).toHaveLength(gotten('works').length)
  // What was sent last week cannot have worked yet, and is not counted as having failed.
  const [late] = await tell([{ born: 95 }])
  await sent(works, [[late ?? '', 98]])
  const again = await get(`/api/reports/content?from=${at(90).toISOString()}&to=${at(100).toISOString()}`)
  expect(again.items[0]).toMatchObject({
    contentId: works,
    sent: 1,
    pending: 1,
    lift: { matched: 0, verdict: 'tooFew' },
  })
})

test('every number of the funnel, the flows and the reasons lists the leads behind it, and a manager’s are his team’s', async () => {
  const ways: Told['way'][] = [
    [
      ['MQL', 201],
      ['SQL', 203],
    ],
    [
      ['MQL', 202],
      ['MAL', 206, 'no-budget', 'return'],
      ['MQL', 210],
    ],
    [
      ['MQL', 201],
      ['DISQUALIFIED', 202, 'competitor', 'disqualify'],
    ],
  ]
  await tell([
    ...ways.map((way) => ({ way, born: 200, owner: 'LiLei', channel: '展会' })),
    { born: 200, owner: 'Wang', way: [['MQL', 205]] },
  ])
  const asked = `from=${at(199).toISOString()}&to=${at(220).toISOString()}`
  for (const [as, mql] of [
    [undefined, 4],
    ['East', 3],
  ] as const) {
    const funnel = await get(`/api/funnel?${asked}`, as)
    const row = funnel.items[0].stages.find(({ stage }: { stage: string }) => stage === 'MQL')
    expect(row).toMatchObject({ entered: mql, converted: 1 })
    for (const { entered, converted, leads } of funnel.items[0].stages) {
      expect(await behind(leads.entered, as)).toHaveLength(entered)
      expect(await behind(leads.converted, as)).toHaveLength(converted)
    }
    const flows = await get(`/api/reports/flows?${asked}`, as)
    expect(flows.items).toContainEqual(
      expect.objectContaining({ from: 'MQL', to: 'MAL', moves: 1, count: 1, kind: 'back' }),
    )
    expect(flows.items).toContainEqual(
      expect.objectContaining({ from: 'MAL', to: 'MQL', moves: mql + 1, count: mql, kind: 'onward' }),
    )
    for (const { count, leads } of flows.items) expect(await behind(leads, as)).toHaveLength(count)
    const { stages: times, reasons } = await get(`/api/reports/stages?${asked}`, as)
    expect(reasons.map(({ kind, reason, name }: Record<string, string>) => [kind, reason, name]).sort()).toEqual([
      ['lost', 'competitor', '同行'],
      ['returned', 'no-budget', '没有预算'],
    ])
    for (const { count, leads } of reasons) expect(await behind(leads, as)).toHaveLength(count)
    // MQL was left after 1, 2 and 4 days.
    expect(times.find(({ stage }: { stage: string }) => stage === 'MQL')).toMatchObject({ left: 3, medianDays: 2 })
    for (const { now, leads } of times.slice(1)) expect(await behind(leads, as)).toHaveLength(now)
  }
  for (const by of ['source', 'channel', 'campaign', 'owner', 'mdr', 'period', 'week', 'month']) {
    const { items } = await get(`/api/funnel?${asked}&by=${by}`)
    for (const { stages: row } of items)
      for (const { entered, leads } of row) expect(await behind(leads.entered), by).toHaveLength(entered)
  }
  const { items: owners } = await get(`/api/funnel?${asked}&by=owner`)
  expect(owners.map(({ key }: { key: string }) => key)).toEqual(['LiLei', 'Wang'])
  const cohorts = await get(`/api/reports/cohorts?${asked}&stage=SQL&by=week`)
  expect(cohorts.items).toEqual([
    expect.objectContaining({ leads: 4, reached: [4, 4, 1, 0, 0, 0, 0, 0, 0].slice(0, cohorts.way.length) }),
  ])
})

test('channels: customers are credited by the chosen model, and a partial month costs its days', async () => {
  const won: Told['way'] = stages.slice(1).map((stage, n) => [stage, 301 + n])
  const [a = '', b = ''] = await tell([
    { born: 300, channel: '官网', way: won },
    { born: 300, channel: '官网', way: won },
    { born: 300, channel: '官网' },
    { born: 300, channel: '展会二' },
  ])
  const touch = (id: string, when: number, channel: string, kind = 'form') =>
    house.db.query('INSERT INTO touches (id, lead_id, at, kind, channel) VALUES (gen_random_uuid(), $1, $2, $3, $4)', [
      id,
      at(when),
      kind,
      channel,
    ])
  await touch(a, 302, '展会二')
  // After he had bought, and by our own doing: neither won him.
  await touch(b, 309, '展会二')
  await touch(b, 301, '展会二', 'handover')
  const month = at(300).toISOString().slice(0, 7)
  expect(
    (await server.call('PUT', '/api/costs', { items: [{ month, channel: '官网', amount: 3_000_001 }] })).status,
  ).toBe(200)
  const days = (first: number, last: number) => `from=${at(first).toISOString()}&to=${at(last).toISOString()}`
  const [year = 0, number = 0] = month.split('-').map(Number)
  const whole = { from: new Date(Date.UTC(year, number - 1, 1, -8)), to: new Date(Date.UTC(year, number, 1, -8)) }
  const spent = async (from: Date, to: Date) =>
    (await get(`/api/reports/channels?from=${from.toISOString()}&to=${to.toISOString()}`)).items.find(
      ({ channel }: { channel: string }) => channel === '官网',
    )?.cost
  expect(await spent(whole.from, whole.to)).toBe(3_000_001)
  const half = new Date((whole.from.getTime() + whole.to.getTime()) / 2)
  expect(await spent(whole.from, half)).toBe(1_500_001)
  for (const [model, web, fair] of [
    ['first', 2, 0],
    ['last', 1, 1],
    ['linear', 1.5, 0.5],
  ] as const) {
    const { items } = await get(`/api/reports/channels?${days(299, 320)}&model=${model}`)
    const of = (name: string) => items.find(({ channel }: { channel: string }) => channel === name)
    expect([of('官网').customers, of('展会二').customers], model).toEqual([web, fair])
    expect(of('官网').cac).toBe(Math.round(of('官网').cost / web))
    expect(of('展会二')).toMatchObject({ cost: null, cac: null })
    const list = await behind(of('官网').links.customers)
    expect(list).toHaveLength(Math.ceil(web))
    expect(of('官网').reached[1].rate).toBeCloseTo(of('官网').reached[1].leads / of('官网').leads, 2)
    expect(await behind(of('官网').reached[1].link)).toHaveLength(model === 'last' ? 0 : 2)
  }
})

test('costs come from a table too: all of it or nothing, in whole fen', async () => {
  const put = (text: string) =>
    server.call('POST', '/api/costs/import', text, { headers: { 'Content-Type': 'text/csv' } })
  const good = '\uFEFF月份,渠道,活动,金额\r\n2026-01,百度,春季,"12,000.50"\r\n2026年2月,百度,,0.29\n'
  expect((await put(good)).json).toEqual({ kept: 2 })
  expect((await put(good)).json).toEqual({ kept: 2 })
  const kept = async () => (await get('/api/costs?from=2026-01&to=2026-02')).items
  expect(await kept()).toMatchObject([
    { month: '2026-01', channel: '百度', campaign: '春季', amount: 1_200_050 },
    { month: '2026-02', campaign: '', amount: 29 },
  ])
  const bad = await put(
    '月份,渠道,金额\n2026-01,百度,1\n2026-13,百度,1\n2026-02,,1\n2026-02,百度,-5\n2026-02,百度,1e9\n',
  )
  expect(bad.status).toBe(422)
  expect(bad.json.error.details.map(({ field }: { field: string }) => field)).toEqual([
    '第 3 行',
    '第 4 行',
    '第 5 行',
    '第 6 行',
  ])
  for (const text of ['', '甲,乙\n1,2', '月份,渠道,金额\n', '月份,渠道,金额\n"2026-01,x'])
    expect((await put(text)).status).toBe(422)
  expect(await kept()).toHaveLength(2)
  await server.call('PUT', '/api/costs', { items: [{ month: '2026-02', channel: '百度', amount: 0 }] })
  expect(await kept()).toHaveLength(1)
  const wrong = { items: [{ month: '2026-2', channel: '', amount: 1.5 }] }
  expect((await server.call('PUT', '/api/costs', wrong)).status).toBe(422)
  expect((await server.call('PUT', '/api/costs', { items: [] }, { as: 'LiLei' })).status).toBe(403)
})

test('what cannot be asked is refused by name', async () => {
  for (const path of [
    '/api/reports/stages?from=2026-02-30',
    '/api/reports/flows?from=2026-02-02&to=2026-02-01',
    '/api/reports/flows?from=1990-01-01',
    '/api/reports/cohorts?stage=NOWHERE',
    '/api/reports/leads?what=flow&stage=MQL',
    "/api/reports/leads?what=stage&stage=MQL&by=owner';--",
    '/api/reports/channels?model=magic',
  ])
    expect((await server.call('GET', path)).status, path).toBe(422)
  const odd = encodeURIComponent("x'; DROP TABLE leads; --")
  expect(await behind(`/api/reports/leads?what=channel&channel=${odd}`)).toEqual([])
})
