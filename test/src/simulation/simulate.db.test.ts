import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { answerOffer, lapseOffers } from '../../../src/offers/answer.ts'
import { returnLead } from '../../../src/offers/give-back.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { remindVerdicts } from '../../../src/review/remind.ts'
import { giveVerdict, undoVerdict } from '../../../src/review/verdict.ts'
import { fitGrade } from '../../../src/scoring/grade.ts'
import { intentOn, type ScoreDay, sumIntent } from '../../../src/scoring/intent.ts'
import { runSimulations } from '../../../src/simulation/simulate.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead, standing } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const minute = 60_000
const hour = 60 * minute
const clock = movableClock(thursdayMorning)
let house: TestHouse
let api: TestServer

/** Eleven days in the life of sixty leads: they read, ask, wait; an MDR judges, takes back, agrees dates; reps take and return. */
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  api = await testServer(house)
  const wang = await addStaff(house, 'WangMin', ['mdr'])
  const reps = [
    await addStaff(house, 'LiLei', ['sales'], { capacity: 1000 }),
    await addStaff(house, 'HanMei', ['sales'], { weight: 2 }),
    await addStaff(house, 'LinTao', ['sales'], { capacity: 2 }),
  ]
  const types = ['content_open', 'content_read', 'price_view', 'content_forward', 'price_view', 'demo_request']
  const asked = async (leadId: string) => {
    const [open] = await house.db.query<{ userid: string }>(
      "SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'",
      [leadId],
    )
    return reps.find(({ id }) => id === open?.userid) as Actor
  }
  const ids: string[] = []
  let serial = 0
  const happen = (leadId: string, type: string) =>
    house.db.transaction(async (tx) => {
      const noted = await noteEvents(tx, house, [{ leadId, type, at: clock.now(), key: `s-${++serial}` }])
      await considerReview(
        tx,
        house,
        noted.map((one) => one.leadId),
      )
    })
  for (let index = 0; index < 60; index++) {
    const source = index % 7 === 0 ? { kind: 'live_code', channel: '展会' } : { kind: 'wecom' }
    ids.push(
      await openLead(house, {
        source,
        fields:
          index % 5 === 0 ? { industry: '教育', title: '学生', size: '3', region: '海外' } : { industry: '汽车零部件' },
      }),
    )
  }
  await house.db.transaction((tx) => considerReview(tx, house, ids))
  const luke = ids.filter((_, index) => index % 6 === 1 && index % 7 !== 0 && index % 5 !== 0)
  for (let step = 0; step < 88; step++) {
    clock.advance(3 * hour)
    const id = ids[(step * 17) % 60] as string
    // These look at the prices once and never again.
    if (luke.includes(id)) {
      if (step < 60) await happen(id, 'price_view')
    } else for (let turn = 0; turn <= step % 3; turn++) await happen(id, types[(step + turn) % 6] as string)
    await remindVerdicts(house)
    await lapseOffers(house)
    const [waits] = await house.db.query<{ id: string }>(
      `SELECT lead_id AS id FROM review_queue WHERE queued_at < $1 ORDER BY due_at, lead_id LIMIT 1`,
      [new Date(clock.now().getTime() - 5 * hour)],
    )
    if (!waits) continue
    const verdict = ['mql', 'nurture', 'mql', 'disqualified'][step % 4] as string
    const reason = verdict === 'nurture' ? (step % 8 === 1 ? 'no-need' : 'wrong-time') : 'other words'
    const remindAt = reason === 'wrong-time' ? new Date(clock.now().getTime() + 30 * hour) : undefined
    await giveVerdict(house, waits.id, { verdict, reason, remindAt, undoSeconds: step % 10 === 0 ? 60 : 0 }, wang)
    if (step % 10 === 0) await undoVerdict(house, waits.id, wang)
    else if (step % 3 > 0 && (await standing(house, waits.id)).desk === 'sales') {
      clock.advance(minute)
      const answer = step % 7 === 0 ? 'decline' : 'accept'
      await answerOffer(house, { leadId: waits.id, by: await asked(waits.id), answer, reason: 'full' })
    }
    const [worked] = await house.db.query<{ id: string; owner: string }>(
      "SELECT id, owner FROM leads WHERE desk = 'sales' AND owner IS NOT NULL AND stage_at < $1 ORDER BY stage_at LIMIT 1",
      [new Date(clock.now().getTime() - 40 * hour)],
    )
    if (!worked) continue
    clock.advance(minute)
    await returnLead(house, worked.id, { reason: 'no-need' }, { id: worked.owner, roles: ['sales'] })
  }
  clock.advance(hour)
  await lapseOffers(house)
  // What happens in this very moment is not over yet.
  clock.advance(minute)
}, 120_000)
afterAll(() => api.close())

const drain = async (one: TestHouse, size?: Parameters<typeof runSimulations>[1]) => {
  while (await runSimulations(one, size)) {}
}

interface Listed {
  outcome: string
  leadId: string
  problem: string
}

interface Rep
  extends Record<
    'offers' | 'taken' | 'declined' | 'lapsed' | 'peak' | 'atEnd',
    { count: number; low: number; high: number }
  > {
  userid: string
}

/** What was played, as bare as history has it. */
const played = ({ reps, unplaced, ...all }: { reps: Rep[]; unplaced: Rep['peak'] } & Omit<Rep, 'userid'>) => {
  const bare = ({ offers, taken, declined, lapsed }: Omit<Rep, 'userid' | 'peak' | 'atEnd'>) => ({
    offers: offers.count,
    taken: taken.count,
    declined: declined.count,
    lapsed: lapsed.count,
  })
  return { ...bare(all), unplaced: unplaced.count, reps: reps.map((rep) => ({ userid: rep.userid, ...bare(rep) })) }
}

const simulate = async (wanted: object, run = async () => void (await drain(house))) => {
  const { status, json } = await api.call('POST', '/api/playbook/simulate', { from: '2026-11-01T00:00:00Z', ...wanted })
  expect(status).toBe(202)
  await run()
  const job = (await api.call('GET', `/api/playbook/simulations/${json.id}`)).json
  const leads: Listed[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await api.call(
      'GET',
      `/api/playbook/simulations/${json.id}/leads?limit=7${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    )
    expect(page.status).toBe(200)
    leads.push(...page.json.items)
    cursor = page.json.nextCursor
  }
  expect(job.state).toBe('done')
  return { ...job.result, leads }
}

test.each(['2026-11-01T00:00:00Z', '2026-11-23T06:30:00Z'])(
  'the current rules over what happened since %s come to what happened',
  async (from) => {
    const { version } = (await api.call('GET', '/api/playbook')).json
    const { current, changed, recorded, leads } = await simulate({ version, from })
    expect(recorded.nominations).toBeGreaterThan(5)
    expect(recorded.mql).toBeGreaterThan(2)
    expect(leads).toEqual([])
    expect(changed).toEqual(current)
    expect({ nominations: current.nominations, mql: current.mql }).toEqual({
      nominations: recorded.nominations,
      mql: { known: recorded.mql, estimated: 0, low: 0, high: 0 },
    })
    const [queue] = await house.db.query<{ waiting: number }>('SELECT count(*) AS waiting FROM review_queue')
    // The same leads to the same reps, answered, lapsed and left to nobody in the same way.
    expect(played(current.placing)).toEqual(recorded.placing)
    const [ended] = await house.db.query<{ offers: number }>(
      "SELECT count(*) AS offers FROM offers WHERE state <> 'open' AND offered_at >= $1",
      [new Date(from)],
    )
    expect(current.placing.asRecorded).toBe(ended?.offers)
    const load = await house.db.query<{ userid: string; open: number }>(
      `SELECT userid, count(*) AS open FROM (SELECT owner AS userid FROM leads WHERE desk = 'sales' AND owner IS NOT NULL
         UNION ALL SELECT userid FROM offers WHERE state = 'open') held GROUP BY userid`,
    )
    const atEnd = current.placing.reps.flatMap(({ userid, atEnd: { count } }: Rep) =>
      count > 0 ? [[userid, count]] : [],
    )
    expect(Object.fromEntries(atEnd)).toEqual(Object.fromEntries(load.map(({ userid, open }) => [userid, open])))
    expect({ waiting: current.waiting, unjudged: current.unjudged }).toEqual({ waiting: queue?.waiting, unjudged: 0 })
  },
)

test('a lower threshold adds exactly those whose intent lay between, with an estimate of what would have become of them', async () => {
  const { current, changed, leads } = await simulate({ patch: { review: { threshold: 12 } } })
  const added = leads.filter(({ outcome }: Listed) => outcome === 'only-changed').map(({ leadId }: Listed) => leadId)
  // Those that nothing ever sent to review, by what the scores themselves say of each of their days.
  const { playbook } = await house.playbook.current()
  const untouched = await house.db.query<{ id: string; fit: number; known: boolean; days: ScoreDay[] }>(
    `SELECT l.id, s.fit, s.fit_known AS known, jsonb_agg(jsonb_build_object('type', d.type, 'day', d.day, 'weight', d.weight)) AS days
     FROM leads l JOIN scores s ON s.lead_id = l.id JOIN score_days d ON d.lead_id = l.id
     WHERE NOT EXISTS (SELECT 1 FROM stage_changes c WHERE c.lead_id = l.id AND c.to_desk = 'review') GROUP BY l.id, s.fit, s.fit_known`,
  )
  const between = untouched.filter(({ fit, known, days }) => {
    const intents = days.map(({ day }) =>
      intentOn(
        sumIntent(
          days.filter((one) => one.day <= day),
          playbook.score,
        ),
        day,
        playbook.score,
      ),
    )
    return Math.max(...intents) >= 12 && !(known && fitGrade(fit, playbook) === playbook.review.badFit)
  })
  expect(between.length).toBeGreaterThan(3)
  expect(between.length).toBeLessThan(untouched.length)
  expect([...added].sort()).toEqual(between.map(({ id }) => id).sort())
  expect(changed.nominations).toBeGreaterThan(current.nominations)
  expect(changed.unjudged).toBeGreaterThan(0)
  expect(changed.mql.low).toBeLessThanOrEqual(changed.mql.estimated)
  expect(changed.mql.high).toBeGreaterThan(changed.mql.estimated)
})

test('a threshold nobody reaches leaves only hands and sources; a longer review time makes fewer of them late', async () => {
  const { changed, leads } = await simulate({ patch: { review: { threshold: 900 } } })
  expect(changed.byRule.intent).toBeUndefined()
  expect(changed.byRule.source).toBeGreaterThan(0)
  expect(leads.find(({ outcome }: Listed) => outcome === 'only-current').problem).toMatch(
    /^现行：.+进审核（意向 \d+ 分，达到 30 分）.+。改后：没有提名，意向最高 \d+ 分（门槛 900 分）。$/,
  )
  const patient = await simulate({ patch: { sla: { review: '40h', handRaise: '40h' } } })
  expect(patient.changed.lateReviews.known).toBeLessThan(patient.current.lateReviews.known)
  expect(patient.changed.nominations).toBe(patient.current.nominations)
})

test('offers that lapsed are those that lapsed; with less time for an answer more would have, with more nobody knows', async () => {
  const [lapsed] = await house.db.query<{ count: number; made: number }>(
    `SELECT count(*) FILTER (WHERE state = 'lapsed') AS count, count(*) FILTER (WHERE state <> 'cancelled') AS made FROM offers`,
  )
  const short = await simulate({ patch: { sla: { accept: '1s' } } })
  expect(lapsed?.count).toBeGreaterThan(0)
  expect(short.current.promises).toMatchObject({ offers: lapsed?.made, lateAnswers: lapsed?.count, unknownAnswers: 0 })
  expect(short.changed.promises.lateAnswers).toBeGreaterThan(short.current.promises.lateAnswers)
  const long = await simulate({ patch: { sla: { accept: '300h' } } })
  expect(long.changed.promises).toMatchObject({ lateAnswers: 0, unknownAnswers: lapsed?.count })
})

test('a rule that sends everybody to one rep fills him to his own limit; whom he has no room for is named', async () => {
  const rules = [{ id: 'lin', name: '林涛', pool: { staff: ['LinTao'] } }]
  const { current, changed, leads } = await simulate({ patch: { routing: { rules } } })
  expect(changed.nominations).toBe(current.nominations)
  expect(changed.placing.reps.map(({ userid }: Rep) => userid)).toEqual(['LinTao'])
  expect(changed.placing.reps[0].peak).toEqual({ count: 2, low: 2, high: 2 })
  expect(changed.placing.unplaced.count).toBeGreaterThan(current.placing.unplaced.count)
  const names = leads.map(({ outcome, problem }: Listed) => `${outcome} ${problem}`)
  expect(names).toContainEqual(
    expect.stringMatching(/^only-current-placed 现行：(LiLei|HanMei) 接下。改后：没有人能接。$/),
  )
  const [left] = await house.db.query<{ rows: number }>('SELECT count(*) AS rows FROM simulated_arrivals')
  expect(left?.rows).toBe(0)
})

test('a day of room for an answer, and more leads than history judged, are told with what they may come to', async () => {
  const more = await simulate({ patch: { review: { threshold: 12 }, sla: { accept: '1d' } } })
  const { offers, lapsed, reps } = more.changed.placing
  expect(offers.low).toBeLessThan(offers.high)
  // Nobody knows of those who let it lapse after half an hour what they would have said by the evening.
  expect(lapsed.low).toBeLessThan(lapsed.count)
  expect(lapsed.high).toBeGreaterThanOrEqual(lapsed.count)
  for (const rep of reps) {
    expect(rep.answers.basis).toBe('own')
    for (const { low, count, high } of [rep.offers, rep.taken, rep.declined, rep.lapsed, rep.peak, rep.atEnd])
      expect([low <= count, count <= high]).toEqual([true, true])
  }
})

test('whoever dies at whatever chunk, before or after its commit, the outcome is that of an undisturbed run', async () => {
  const wanted = { patch: { review: { threshold: 12 }, routing: { capacity: 3 }, sla: { accept: '10m' } } }
  const undisturbed = await simulate(wanted)
  let [turns, deaths] = [0, 0]
  const dying: TestHouse = {
    ...house,
    db: {
      ...house.db,
      async transaction(work) {
        const how = ++turns % 8
        const done = await house.db.transaction(async (tx) => {
          const answer = await work(tx)
          if (how === 4) throw new Error('killed before the commit')
          return answer
        })
        if (how === 6) throw new Error('killed after the commit')
        return done
      },
    },
  }
  const killed = await simulate({ ...wanted, to: undisturbed.to }, async () => {
    for (let goes = true; goes; ) {
      goes = await drain(dying, { leads: 12, arrivals: 10 }).then(
        () => false,
        () => true,
      )
      if (goes) deaths++
      // The dead one's lease runs out.
      clock.advance(2 * minute)
    }
  })
  expect(deaths).toBeGreaterThan(3)
  expect(killed).toEqual(undisturbed)
  const placed = ['other-rep', 'only-current-placed', 'only-changed-placed']
  const otherwise = undisturbed.leads.filter(({ outcome }: Listed) => placed.includes(outcome))
  expect(otherwise).not.toEqual([])
  const fate = '(.+ 接下|派给 .+，还没答复|没有人能接|已在别人手上)'
  for (const { problem } of otherwise) expect(problem).toMatch(new RegExp(`^现行：${fate}。改后：${fate}。$`))
})

test('the same question has the same answer, and asking it changes nothing but its own job', async () => {
  const print = () =>
    house.db.query(
      `SELECT (SELECT md5(string_agg(l::text, '' ORDER BY id)) FROM leads l) AS leads, (SELECT count(*) FROM timeline) AS timeline,
         (SELECT count(*) FROM messages) AS messages, (SELECT md5(string_agg(s::text, '' ORDER BY lead_id)) FROM scores s) AS scores`,
    )
  const before = await print()
  const patch = { review: { threshold: 20 }, score: { halfLife: '3d' }, reasons: { notYet: { coolDown: '1d' } } }
  const first = await simulate({ patch })
  expect(await simulate({ patch, to: first.to })).toEqual(first)
  expect(await print()).toEqual(before)
})

test('what is no change of the rules, or no window, is refused by name', async () => {
  const ask = (body: unknown) => api.call('POST', '/api/playbook/simulate', body)
  expect(await ask({ patch: { review: { threshold: 'x' }, sla: { accept: '-1' } } })).toMatchObject({
    status: 422,
    json: { error: { id: 'playbook_invalid', details: [{ path: expect.stringContaining('.') }, {}] } },
  })
  expect((await ask({ version: 999 })).status).toBe(404)
  expect((await ask({ patch: {}, version: 1 })).status).toBe(422)
  expect((await ask({ patch: {}, from: '2027-01-01T00:00:00Z' })).status).toBe(422)
  expect((await ask({ patch: {}, from: '2020-01-01T00:00:00Z' })).status).toBe(422)
  expect((await api.call('GET', '/api/playbook/simulations/01a2220b-5b00-705d-8109-be0f9b455ae4')).status).toBe(404)
})

test('managers read what each other tried; whom it concerns is named only within reach, and other work stays its asker’s', async () => {
  await api.call('PUT', '/api/staff/m-all', { roles: ['manager'] })
  await api.call('PUT', '/api/staff/m-south', { roles: ['manager'], team: '华南' })
  const { json } = await api.call(
    'POST',
    '/api/playbook/simulate',
    { patch: { review: { threshold: 20 } } },
    { as: 'm-all' },
  )
  await drain(house)
  const [{ leadId } = { leadId: '' }] = await house.db.query<{ leadId: string }>(
    `INSERT INTO job_rows (job_id, row, outcome, lead_id) SELECT $1, 1000000, 'different', id FROM leads WHERE owner IS NOT NULL AND merged_into IS NULL LIMIT 1
     RETURNING lead_id AS "leadId"`,
    [json.id],
  )
  const path = `/api/playbook/simulations/${json.id}`
  const last = async (as: string) =>
    (await api.call('GET', `${path}/leads?outcome=different&limit=200`, undefined, { as })).json.items.at(-1)
  expect((await last('m-all')).leadId).toBe(leadId)
  expect(await last('m-south')).toMatchObject({ leadId: null, name: null })
  expect((await api.call('GET', path, undefined, { as: 'm-south' })).json.result).toBeTruthy()
  const { items } = (await api.call('GET', '/api/playbook/simulations', undefined, { as: 'm-south' })).json
  expect(items.map(({ id }: { id: string }) => id)).toContain(json.id)
  expect((await api.call('GET', `/api/jobs/${json.id}`, undefined, { as: 'm-south' })).status).toBe(403)
})
