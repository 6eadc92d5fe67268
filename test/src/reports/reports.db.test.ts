import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../../sandbox/random.ts'
import type { movableClock } from '../../../src/clock.ts'
import { newId } from '../../../src/ids.ts'
import { saveContent } from '../../../src/messages/library.ts'
import { kept } from '../../../src/reports/kept.ts'
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

test('an arm of a split is better only when its interval says so beside the first; few are called few', async () => {
  const people = await tell(Array.from({ length: 180 }, () => ({ born: 400 })))
  const split = (share: number, name: string) => ({ share, name, steps: [] })
  const steps = [{ branch: { split: [split(45, '短信'), split(45, '电话'), split(10, '拜访')] } }, { exit: true }]
  await house.db.query(
    `INSERT INTO journeys (id, version, name, body, origin, checksum, by, at) VALUES ('ab', 1, '试一试', $1, 'database', '', 'test', now())`,
    [JSON.stringify({ id: 'ab', trigger: { manual: true }, steps })],
  )
  // Of the first arm 16 of 80 reach the goal, of the second 44 of 80, of the third 9 of 10; ten of the first are still on their way.
  const arm = (n: number) => (n < 90 ? 0 : n < 170 ? 1 : 2)
  const state = (n: number) =>
    n < 10 ? 'waiting' : n < 26 || (n >= 90 && n < 134) || (n >= 170 && n < 179) ? 'goal' : 'done'
  await house.db.query(
    `WITH e AS (INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, step, due_at, entered_at, entered_by, ended_at)
       SELECT id, 'ab', 1, id, state, false, false, CASE state WHEN 'waiting' THEN '1' END, $1, $1, 'test', CASE state WHEN 'waiting' THEN NULL ELSE $1::timestamptz END
       FROM unnest($2::uuid[], $3::text[]) AS t(id, state))
     INSERT INTO enrolment_steps (enrolment, step, outcome, at) SELECT id, '0', arm::text, $1 FROM unnest($2::uuid[], $4::int[]) AS t(id, arm)`,
    [at(401), people, people.map((_, n) => state(n)), people.map((_, n) => arm(n))],
  )
  const { items } = await get(`/api/reports/journeys?from=${at(399).toISOString()}&to=${at(410).toISOString()}`)
  const [{ splits, ...whole }] = items
  expect(whole).toMatchObject({ journey: 'ab', entered: 180, running: 10, ended: 170, goal: 69, rate: 0.406 })
  const [first, second, third] = splits[0].arms
  expect(first).toMatchObject({
    name: '短信',
    entered: 90,
    ended: 80,
    goal: 16,
    rate: 0.2,
    verdict: 'first',
    difference: null,
  })
  // Wilson for 16 of 80; Newcombe for 44 of 80 less 16 of 80.
  expect(first.interval).toEqual({ low: 0.127, high: 0.3 })
  expect(second).toMatchObject({ ended: 80, goal: 44, difference: 0.35, verdict: 'better' })
  expect(second.differenceInterval.low).toBeCloseTo(0.202, 2)
  expect(second.differenceInterval.high).toBeCloseTo(0.475, 2)
  expect(third).toMatchObject({ ended: 10, goal: 9, verdict: 'tooFew' })
  for (const { entered, leads } of splits[0].arms) expect(await behind(leads)).toHaveLength(entered)
})

test('promises: what was judged, answered and said in time is told by who had to, and each number lists its leads', async () => {
  const [a = '', b = '', c = '', d = ''] = await tell([
    { born: 500, owner: 'LiLei' },
    { born: 500, owner: 'LiLei' },
    { born: 500, owner: 'Wang' },
    { born: 500, owner: 'Wang' },
  ])
  const minutes = (day: number, n: number) => new Date(at(day).getTime() + n * 60_000)
  const judged = (lead: string, by: string, took: number, state = 'done') =>
    house.db.query(
      `INSERT INTO verdicts (id, lead_id, verdict, reason, by, at, state, before, playbook_version) VALUES ($1, $2, 'mql', 'fit', $3, $4, $5, $6, 1)`,
      [
        newId(house.clock),
        lead,
        by,
        minutes(500, took),
        state,
        JSON.stringify({ seq: 1, item: { queuedAt: at(500), dueAt: minutes(500, 60) } }),
      ],
    )
  await judged(a, 'Min', 30)
  await judged(b, 'Min', 90)
  await judged(c, 'Hua', 10)
  await judged(d, 'Hua', 10, 'undone')
  const offered = (lead: string, userid: string, state: string, answered: number | null, contact: number | null) =>
    house.db.query(
      `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at, answered_at, first_contact_due, first_contact_at)
       VALUES ($1, $2, $3, $4, 1, 'r', '[]', 1, $5, $6, $7, $8, $9)`,
      [
        ...[
          newId(house.clock),
          lead,
          userid,
          state,
          at(501),
          minutes(501, 30),
          answered === null ? null : minutes(501, answered),
        ],
        ...[state === 'accepted' ? minutes(501, 240) : null, contact === null ? null : minutes(501, contact)],
      ],
    )
  await offered(a, 'Wang', 'lapsed', null, null)
  await offered(a, 'LiLei', 'accepted', 20, 100)
  await offered(b, 'LiLei', 'accepted', 25, null)
  await offered(c, 'Wang', 'declined', 5, null)
  await offered(d, 'Wang', 'cancelled', null, null)
  // The period lies ahead of the house's clock, so what is not done yet has time left; what lapsed has none.
  ;(house.clock as ReturnType<typeof movableClock>).advance(500 * day)
  const asked = `from=${at(499).toISOString()}&to=${at(510).toISOString()}`
  const { items } = await get(`/api/reports/sla?${asked}`)
  const row = (promise: string, who: string | null) =>
    items.find((one: { promise: string; who: string | null }) => one.promise === promise && one.who === who)
  expect(row('review', null)).toMatchObject({ met: 2, late: 1, running: 0, rate: 0.667, medianMinutes: 30 })
  expect(row('review', 'Min')).toMatchObject({ met: 1, late: 1, rate: 0.5 })
  expect(row('accept', null)).toMatchObject({ met: 3, late: 1, medianMinutes: 20 })
  expect(row('accept', 'Wang')).toMatchObject({ met: 1, late: 1 })
  expect(row('contact', 'LiLei')).toMatchObject({ met: 1, late: 1, medianMinutes: 80 })
  for (const { met, late, running, leads } of items)
    for (const [n, link] of [
      [met, leads.met],
      [late, leads.late],
      [running, leads.running],
    ])
      expect(await behind(link)).toHaveLength(n)
  // A manager sees what concerns his team's leads; who sells sees no report.
  const mine = (await get(`/api/reports/sla?${asked}`, 'East')).items
  expect(
    mine.find((one: { promise: string; who: string | null }) => one.promise === 'accept' && one.who === null),
  ).toMatchObject({ met: 2, late: 1 })
  for (const { late, leads } of mine) expect(await behind(leads.late, 'East')).toHaveLength(late)
})

test('whoever sells sees no report; an MDR and a manager see as far as they reach', async () => {
  await addStaff(house, 'Mdr', ['mdr'], { team: 'west' })
  for (const path of [
    'funnel',
    'reports/content',
    'reports/journeys',
    'reports/channels',
    'reports/stages',
    'reports/flows',
    'reports/cohorts',
    'reports/sla',
    'reports/today',
  ]) {
    expect((await server.call('GET', `/api/${path}`, undefined, { as: 'LiLei' })).status, path).toBe(403)
    expect((await server.call('GET', `/api/${path}`, undefined, { as: 'Mdr' })).status, path).toBe(200)
  }
  const asked = `from=${at(499).toISOString()}&to=${at(510).toISOString()}`
  const begun = async (as?: string) => {
    const { items } = await get(`/api/reports/cohorts?${asked}&by=week`, as)
    const [cohort] = items
    const list = await behind(cohort.link, as)
    expect(list).toHaveLength(cohort.leads)
    return cohort.leads
  }
  expect([await begun(), await begun('East')]).toEqual([4, 2])
})

test('what took long to work out is worked out once for all who ask meanwhile, and says of when it is', async () => {
  const asked = { from: at(0), to: at(1), within: () => ({ sql: 'true', values: [] }) }
  let times = 0
  const slow = async () => {
    times++
    const end = performance.now() + 450
    while (performance.now() < end) await house.db.query('SELECT 1')
    return { times }
  }
  const [one, other] = await Promise.all([kept(house, ['slow'], asked, slow), kept(house, ['slow'], asked, slow)])
  expect([one.answer, other.answer, times]).toEqual([{ times: 1 }, { times: 1 }, 1])
  const clock = house.clock as ReturnType<typeof movableClock>
  clock.advance(60_000)
  expect(await kept(house, ['slow'], asked, slow)).toEqual(one)
  expect((await kept(house, ['slow', 'else'], asked, async () => 'quick')).answer).toBe('quick')
  expect((await kept(house, ['slow', 'else'], asked, async () => 'anew')).answer).toBe('anew')
  clock.advance(3_600_000)
  expect((await kept(house, ['slow'], asked, slow)).answer).toEqual({ times: 2 })
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
