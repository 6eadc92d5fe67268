// biome-ignore-all lint/suspicious/noThenProperty: the contract's word
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allSteps, stepAfter, stepAt, stepBelow } from '../../../src/journeys/path.ts'
import { JourneySchema, type Step } from '../../../src/journeys/schema.ts'
import { fateOf, type JourneyFacts, type Place, walk } from '../../../src/journeys/step.ts'
import { calendar } from '../../../src/playbook/hours.ts'

const hours = calendar(
  { work: 'always', quiet: 'never', quietUrgent: 'never', holidays: 'never' } as Parameters<typeof calendar>[0],
  'Asia/Shanghai',
)
const start = Date.parse('2026-11-19T02:00:00Z')
const hour = 3_600_000
const events = ['content_open', 'content_read']

const condition = fc.record({
  event: fc.constantFrom(...events),
  atLeast: fc.integer({ min: 1, max: 3 }),
  within: fc.constantFrom('1h', '2d', '30d'),
})
const wait = fc.oneof(
  fc.constantFrom('1h', '1d', '9d').map((length) => ({ wait: length })),
  fc.constantFrom('00:00', '09:30', '23:59').map((until) => ({ wait: { until } })),
  fc.constantFrom(...events).map((event) => ({ wait: { event, timeout: '3d' } })),
  fc.constantFrom('stageAt', 'attributes.x').map((date) => ({ wait: { date, after: '2d' } })),
)
const act = fc.oneof(
  fc.constant({ send: { pick: 'best' } }),
  fc.constant({ task: '打电话' }),
  fc.constant({ tag: { put: { group: 'g', name: 'n' } } }),
)
const { steps } = fc.letrec<{ steps: object[]; step: object }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 0, maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    wait,
    act,
    fc.constant({ exit: true }),
    fc.record({ if: condition, then: tie('steps'), else: tie('steps') }).map((branch) => ({ branch })),
    fc.tuple(tie('steps'), tie('steps')).map(([a, b]) => ({
      branch: {
        split: [
          { share: 40, steps: a },
          { share: 60, steps: b },
        ],
      },
    })),
  ),
}))
const journeys = fc
  .tuple(steps, wait)
  .map(([list, last]) =>
    JourneySchema.parse({ id: 'j', trigger: { manual: true }, steps: [...(list as Step[]), last] }),
  )

/** When the engine happens to look, and what the lead did meanwhile. */
const history = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 400 * hour }), event: fc.option(fc.constantFrom(...events)) }),
  { minLength: 1, maxLength: 60 },
)

const factsWith = (times: Map<string, number[]>): JourneyFacts => ({
  fields: { stageAt: new Date(start), 'attributes.x': '2026-12-24' },
  tags: [],
  events: times,
  stage: 'S',
  desk: 'd',
  timeZone: null,
  merged: false,
  optedOut: false,
  claimed: false,
  judgedAt: null,
})

describe('one enrolment', () => {
  test('is in exactly one node, does no step twice, and ends, whenever and however often anybody looks', () => {
    fc.assert(
      fc.property(journeys, history, fc.uuid(), fc.nat({ max: 3 }), (journey, looks, id, again) => {
        const paths = new Set(allSteps(journey).map(({ path }) => path))
        const times = new Map<string, number[]>()
        const done: string[] = []
        const passed: string[] = []
        let now = start
        let place: Place | null = { id, step: '0', since: null }
        const look = () => {
          for (let going = true; going && place; ) {
            going = false
            const walked = walk(journey, place, factsWith(times), new Date(now), () => hours)
            passed.push(...walked.trail.map(({ step }) => step))
            const { stop } = walked
            if (stop.kind === 'end') place = null
            else if (stop.kind === 'wait') {
              expect(stop.dueAt.getTime()).toBeGreaterThan(now)
              place = { id, step: stop.step, since: stop.since }
            } else {
              done.push(stop.step)
              const next = stepAfter(journey, stop.step)
              place = next === null ? null : { id, step: next, since: null }
              going = true
            }
            if (place) expect(paths.has(place.step)).toBe(true)
          }
        }
        look()
        for (const { after, event } of looks) {
          now += after
          if (event) times.set(event, [...(times.get(event) ?? []), now])
          for (let time = 0; time <= again; time++) look()
        }
        // Time enough for every wait there is.
        for (let rest = 0; rest <= paths.size; rest++) {
          now += 40 * 24 * hour
          look()
        }
        expect(place).toBeNull()
        expect(new Set(done).size).toBe(done.length)
        expect(new Set([...done, ...passed]).size).toBe(done.length + passed.length)
        // Only ever forward, in the order that is written.
        const order = [...paths]
        const places = [...done].map((path) => order.indexOf(path))
        expect([...places].sort((a, b) => a - b)).toEqual(places)
      }),
      { numRuns: 400 },
    )
  })

  test('looking while nothing has come due changes nothing', () => {
    fc.assert(
      fc.property(journeys, fc.uuid(), fc.integer({ min: 0, max: 99 }), (journey, id, percent) => {
        const first = walk(journey, { id, step: '0', since: null }, factsWith(new Map()), new Date(start), () => hours)
        fc.pre(first.stop.kind === 'wait')
        if (first.stop.kind !== 'wait') return
        const { step, since, dueAt } = first.stop
        const early = new Date(start + Math.floor(((dueAt.getTime() - start - 1) * percent) / 100))
        const later = walk(journey, { id, step, since }, factsWith(new Map()), early, () => hours)
        expect(later).toEqual({ trail: [], stop: first.stop })
      }),
    )
  })
})

describe('places', () => {
  test('every step has one place, and is found by it', () => {
    fc.assert(
      fc.property(journeys, (journey) => {
        const all = allSteps(journey)
        expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
        for (const { path, step } of all) expect(stepAt(journey, path)).toBe(step)
      }),
    )
  })

  test('after the last step below a branch comes what stands behind the branch', () => {
    const journey = JourneySchema.parse({
      id: 'j',
      trigger: { manual: true },
      steps: [
        {
          branch: {
            if: { event: 'x' },
            then: [{ wait: '1d' }, { branch: { if: { event: 'y' }, then: [{ wait: '2d' }] } }],
          },
        },
        { exit: true },
      ],
    })
    expect(stepAfter(journey, '0.then.0')).toBe('0.then.1')
    expect(stepAfter(journey, '0.then.1.then.0')).toBe('1')
    expect(stepBelow(journey, '0', 'else')).toBeNull()
    expect(stepAfter(journey, '1')).toBeNull()
  })
})

describe('what ends it', () => {
  const journey = JourneySchema.parse({
    id: 'j',
    trigger: { stage: 'S' },
    goal: { event: 'won' },
    exits: [{ field: 'stageAt', op: 'exists', value: false }],
    steps: [{ wait: '1d' }],
  })
  const entered = new Date(start)
  const now = new Date(start + hour)
  const facts = factsWith(new Map())
  test.each<[string, Partial<JourneyFacts>, object | null]>([
    ['nothing', {}, null],
    ['a merge, whatever else', { merged: true, optedOut: true }, { state: 'cancelled', why: 'merged' }],
    [
      'the goal, even for one who left',
      { stage: 'T', events: new Map([['won', [start + 1]]]) },
      { state: 'goal', why: 'goal' },
    ],
    ['not what was before', { events: new Map([['won', [start]]]) }, null],
    ['an opt-out', { optedOut: true }, { state: 'cancelled', why: 'opted_out' }],
    ['a claim', { claimed: true }, { state: 'cancelled', why: 'taken' }],
    ['a verdict since', { judgedAt: new Date(start + 1) }, { state: 'cancelled', why: 'taken' }],
    ['not the verdict that began it', { judgedAt: entered }, null],
    ['another stage', { stage: 'T' }, { state: 'cancelled', why: 'left' }],
    ['a condition to leave', { fields: {} }, { state: 'exited', why: 'exits' }],
  ])('%s', (_, change, fate) => {
    expect(fateOf(journey, entered, { ...facts, ...change }, now)).toEqual(fate)
  })
})
