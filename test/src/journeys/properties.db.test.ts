import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { empty } from '../../../src/erasure/erase.ts'
import { actDue } from '../../../src/journeys/act.ts'
import { advanceDue } from '../../../src/journeys/advance.ts'
import { enrol } from '../../../src/journeys/enrol.ts'
import { enrolMarked } from '../../../src/journeys/enrol-marked.ts'
import { foldCounts } from '../../../src/journeys/fold-counts.ts'
import { saveJourney } from '../../../src/journeys/library.ts'
import { markEvents, markLook, markSegmentChanges, markTags } from '../../../src/journeys/marks.ts'
import { countStates } from '../../../src/journeys/read.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { putTags } from '../../../src/leads/tags.ts'
import { createWebhook } from '../../../src/webhooks/library.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { openLead } from '../../support/people.ts'

const day = 86_400_000
const clock = movableClock(thursdayMorning)
const deed = fc.constantFrom('content_open', 'content_read')
const tag = { group: '需求', name: '降本' }
const segment = '0190aaaa-0000-7000-8000-000000000001'
let house: TestHouse
let serial = 0

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  await createWebhook(house, { id: 'crm', url: 'http://127.0.0.1:9/', fields: [], active: true }, 'test')
  const steps = [{ wait: '2d' }, { task: '看一眼' }, { wait: { event: 'content_read', timeout: '9d' } }]
  for (const [id, trigger] of Object.entries({
    'by-deed': { event: 'content_open' },
    'by-tag': { tag },
    'by-segment': { segment },
  }))
    await saveJourney(house, { id, trigger, goal: { event: 'demo_request' }, steps }, 'test')
})

class Killed extends Error {}

/** A process that dies with its n-th transaction, just before the commit or just after it, and does nothing more. */
function mortal(n: number, afterwards: boolean): TestHouse {
  let left = n
  const transaction: TestHouse['db']['transaction'] = async (work) => {
    if (left < 0) throw new Killed()
    const dies = left-- === 0
    const answer = await house.db.transaction(async (tx) => {
      const done = await work(tx)
      if (dies && !afterwards) throw new Killed()
      return done
    })
    if (dies) throw new Killed()
    return answer
  }
  return { ...house, db: { ...house.db, transaction } }
}

/** Does everything there is to do now; whatever does not come to rest is a loop. */
async function settle(by: TestHouse = house) {
  for (let rounds = 0; rounds < 200; rounds++) {
    const more = [await enrolMarked(by), await advanceDue(by), await actDue(by)]
    const [left] = await house.db.query(
      `SELECT 1 FROM enrolments WHERE state = 'waiting' AND due_at <= $1 UNION ALL SELECT 1 FROM journey_marks WHERE due_at <= $1`,
      [clock.now()],
    )
    if (!more.some(Boolean) && !left) return
  }
  throw new Error('does not come to rest')
}

const mark = { event: fc.constant('event'), tag: fc.constant('tag'), segment: fc.constant('segment') }
const marks = fc.uniqueArray(fc.oneof(mark.event, mark.tag, mark.segment, fc.constant('look')), { minLength: 1 })

test('marks in any order, however often and in whatever portions, give the same enrolments in the same state', async () => {
  const tell = (leadId: string, what: string) =>
    house.db.transaction(async (tx) => {
      if (what === 'event') await markEvents(tx, house, [{ leadId, type: 'content_open', at: clock.now() }])
      else if (what === 'tag') await markTags(tx, house, [{ leadId, ...tag, by: 'test' }])
      else if (what === 'segment') await markSegmentChanges(tx, house, [{ leadId, segment, change: 'entered' }])
      else await markLook(tx, house, [leadId])
    })
  const stands = (leadId: string) =>
    house.db.query('SELECT journey, state, step, due_at, why FROM enrolments WHERE lead_id = $1 ORDER BY journey', [
      leadId,
    ])
  const telling = marks.chain((once) =>
    fc.record({
      once: fc.constant(once),
      told: fc
        .array(fc.constantFrom(...once), { maxLength: 4 })
        .chain((again) => fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length })),
      portion: fc.integer({ min: 1, max: 4 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(telling, async ({ once, told, portion }) => {
      const [plain, shuffled] = [await openLead(house), await openLead(house)]
      for (const what of once) await tell(plain, what)
      for (const [index, what] of told.entries()) {
        await tell(shuffled, what)
        if (index % portion === 0) await enrolMarked(house)
      }
      await settle()
      expect(await stands(shuffled)).toEqual(await stands(plain))
      clock.advance(3 * day)
      await settle()
      expect(await stands(shuffled)).toEqual(await stands(plain))
    }),
    { numRuns: 10 },
  )
})

const step = fc.letrec<{ step: object; steps: object[] }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 3, depthIdentifier: 'steps' }),
  step: fc.oneof(
    { depthIdentifier: 'steps', maxDepth: 2 },
    fc.integer({ min: 1, max: 5 }).map((days) => ({ wait: `${days}d` })),
    fc.constant({ wait: { until: '09:30' } }),
    deed.map((event) => ({ wait: { event, timeout: '3d' } })),
    fc.constant({ webhook: 'crm' }),
    fc.constant({ task: '看一眼' }),
    fc.constantFrom({ put: tag }, { take: tag }).map((what) => ({ tag: what })),
    fc.constant({ exit: true }),
    // biome-ignore lint/suspicious/noThenProperty: the contract's word
    fc.record({ then: tie('steps'), else: tie('steps') }).map((ways) => ({ branch: { if: { tag }, ...ways } })),
    fc
      .tuple(tie('steps'), tie('steps'))
      .map(([a, b]) => ({ branch: { split: [a, b].map((steps) => ({ share: 50, steps })) } })),
  ),
}))
const happening = fc.oneof(
  deed.map((event) => ({ event })),
  fc.constant({ tag: true as const }),
  fc.record({ kill: fc.integer({ min: 0, max: 4 }), afterwards: fc.boolean() }),
)

test('any journey ends, whatever happens and wherever it dies: always at one step, no step done twice, told of in vain or counted wrongly', async () => {
  await fc.assert(
    fc.asyncProperty(step.steps, fc.array(happening, { minLength: 2, maxLength: 8 }), async (steps, happenings) => {
      const journey = `any-${++serial}`
      await saveJourney(house, { id: journey, trigger: { manual: true }, steps }, 'test')
      const leads = [await openLead(house), await openLead(house)]
      const inAll = leads.map((leadId) => ({ journey, leadId, by: 'test', chosen: true }))
      await house.db.transaction((tx) => enrol(tx, house, inAll))
      for (const one of happenings) {
        if ('kill' in one)
          await settle(mortal(one.kill, one.afterwards)).catch((error) => {
            if (!(error instanceof Killed)) throw error
          })
        else
          await house.db.transaction(async (tx) => {
            const leadId = leads[0] as string
            if ('tag' in one) await putTags(tx, house, [{ leadId, ...tag, by: 'test' }])
            else await noteEvents(tx, house, [{ leadId, type: one.event, at: clock.now(), key: `p-${++serial}` }])
          })
        await settle()
        expect(await oddlyPlaced(journey)).toEqual([])
        if (happenings.length % 2 === 0) await foldCounts(house.db)
        expect(await counted(journey)).toEqual(await recounted(journey))
        expect((await countStates(house.db, [journey])).get(journey)).toEqual(await statesOf(journey))
        clock.advance(day)
      }
      const running = () =>
        house.db.query('SELECT 1 FROM enrolments WHERE journey = $1 AND ended_at IS NULL', [journey])
      for (let days = 0; days < 60 && (await running()).length > 0; days += 6) {
        await settle()
        clock.advance(6 * day)
      }
      expect(await running()).toEqual([])
      expect(await effects(journey)).toEqual(await lines(journey))
      expect(await counted(journey)).toEqual(await recounted(journey))
      await forget(leads[1] as string)
      expect(await counted(journey)).toEqual(await recounted(journey))
      expect((await countStates(house.db, [journey])).get(journey)).toEqual(await statesOf(journey))
    }),
    // On a machine that is busy with something else fewer are looked at.
    { numRuns: 12, interruptAfterTimeLimit: 30_000 },
  )
})

/** Enrolments that stand nowhere though they go on, or somewhere though they ended. */
const oddlyPlaced = (journey: string) =>
  house.db.query(
    `SELECT state, step FROM enrolments WHERE journey = $1 AND ((state = 'waiting') <> (step IS NOT NULL) OR (ended_at IS NULL) <> (step IS NOT NULL))`,
    [journey],
  )

/** What was written into the world, one line each. */
const effects = (journey: string) =>
  house.db.query(
    `SELECT enrolment::text, step FROM webhook_calls WHERE enrolment IN (SELECT id FROM enrolments WHERE journey = $1)
     UNION ALL SELECT data ->> 'enrolment', data ->> 'step' FROM timeline WHERE kind = 'task' AND data ->> 'journey' = $1 ORDER BY 1, 2`,
    [journey],
  )

/** What the journey says it did. */
const lines = (journey: string) =>
  house.db.query(
    `SELECT s.enrolment::text, s.step FROM enrolment_steps s JOIN enrolments e ON e.id = s.enrolment
     WHERE e.journey = $1 AND s.outcome IN ('called', 'told', 'nobody') ORDER BY 1, 2`,
    [journey],
  )

/** Takes somebody's journeys away as an erasure does. */
const forget = (leadId: string) =>
  house.db.transaction((tx) =>
    empty(tx, { leads: [leadId], externals: [], visitors: [], deals: [] }, ({ table }) =>
      ['webhook_calls', 'enrolment_steps', 'enrolments'].includes(table) ? 'delete' : 'keep',
    ),
  )

/** How many stand and ended how, from the rows themselves. */
async function statesOf(journey: string): Promise<Record<string, number>> {
  const rows = await house.db.query<{ state: string; n: number }>(
    'SELECT state, count(*)::int AS n FROM enrolments WHERE journey = $1 GROUP BY 1',
    [journey],
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}

/** What is counted of a journey, hour by hour, summed up or not. */
const counted = (journey: string) =>
  house.db.query(
    `SELECT kind, step, word, hour::text, sum(n)::int AS n FROM (
       SELECT journey, kind, step, word, hour, n FROM journey_counts UNION ALL SELECT journey, kind, step, word, hour, n FROM journey_ticks) c
     WHERE journey = $1 AND kind <> 'ended' GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
     UNION ALL SELECT kind, '', word, hour::text, sum(n)::int FROM (
       SELECT journey, kind, word, hour, n FROM journey_counts UNION ALL SELECT journey, kind, word, hour, n FROM journey_ticks) c
     WHERE journey = $1 AND kind = 'ended' GROUP BY 1, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4`,
    [journey],
  )

/** The same, from the rows themselves. */
const recounted = (journey: string) =>
  house.db.query(
    `WITH e AS (SELECT * FROM enrolments WHERE journey = $1),
       s AS (SELECT s.*, e.state, e.ended_at FROM e JOIN enrolment_steps s ON s.enrolment = e.id WHERE s.step NOT LIKE '%/%')
     SELECT 'entered' AS kind, '' AS step, '' AS word, date_trunc('hour', entered_at)::text AS hour, count(*)::int AS n FROM e GROUP BY 4
     UNION ALL SELECT 'waiting', step, '', '-infinity', count(*)::int FROM e WHERE ended_at IS NULL GROUP BY 2
     UNION ALL SELECT 'ended', '', state || ':' || why, date_trunc('hour', ended_at)::text, count(*)::int FROM e WHERE ended_at IS NOT NULL GROUP BY 3, 4
     UNION ALL SELECT 'did', step, outcome, date_trunc('hour', at)::text, count(*)::int FROM s GROUP BY 2, 3, 4
     UNION ALL SELECT 'armed', step, outcome || ':' || state, date_trunc('hour', at)::text, count(*)::int FROM s
       WHERE ended_at IS NOT NULL AND outcome ~ '^[0-9]$' GROUP BY 2, 3, 4
     ORDER BY 1, 2, 3, 4`,
    [journey],
  )
