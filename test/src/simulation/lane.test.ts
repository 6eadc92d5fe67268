import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { calendars } from '../../../src/playbook/hours.ts'
import { PlaybookSchema } from '../../../src/playbook/schema.ts'
import type { Arrival } from '../../../src/simulation/arrivals.ts'
import { arrive, type Course, type Lane, newLane, playUntil } from '../../../src/simulation/lane.ts'
import type { Team } from '../../../src/simulation/team.ts'

const minute = 60_000
const day = 1_440 * minute
const begin = Date.parse('2026-11-02T00:00:00Z')
const end = begin + 7 * day
const playbook = PlaybookSchema.parse(parse(readFileSync('templates/playbook.yaml', 'utf8')))

const answer = fc.record({
  state: fc.constantFrom('accepted' as const, 'declined' as const, 'lapsed' as const),
  ms: fc.integer({ min: 0, max: 90 * minute }),
})
const member = fc.record({
  weight: fc.integer({ min: 0, max: 3 }),
  capacity: fc.integer({ min: 0, max: 3 }),
  answers: fc.array(answer, { maxLength: 8 }),
  away: fc.boolean(),
})
const coming = fc.record({
  minutes: fc.integer({ min: 0, max: 7 * 1_440 - 1 }),
  held: fc.option(fc.integer({ min: 1, max: 4 * 1_440 })),
  lead: fc.integer({ min: 0, max: 30 }),
  grade: fc.option(fc.constantFrom('A1', 'B2')),
})

const given = fc.record({
  members: fc.array(member, { minLength: 1, maxLength: 4 }),
  comings: fc.array(coming, { maxLength: 40 }),
  maxOffers: fc.integer({ min: 1, max: 4 }),
  stops: fc.array(fc.nat(40), { maxLength: 5 }),
})
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never

function play({ members, comings, maxOffers }: Given, stops: readonly number[]): { lane: Lane; offers: string[] } {
  const team: Team = {
    members: members.map(({ weight, capacity, answers, away }, index) => ({
      ...{ userid: `rep${index}`, roles: ['sales'], team: null, weight, capacity, inScope: true },
      ...{ regions: [], industries: [], skills: [], hours: null, credit: 0, lastOfferedAt: null, answers },
      absences: away ? [[begin + day, begin + 3 * day]] : [],
    })),
    answers: members.flatMap(({ answers }) => answers),
    reviewMs: 0,
    heldMs: null,
  }
  const rules = {
    playbook: { ...playbook, sla: { ...playbook.sla, maxOffers } },
    ...calendars(playbook.hours, 'Asia/Shanghai'),
  }
  const offers: string[] = []
  const course: Course = {
    rules,
    team,
    window: { from: new Date(begin), to: new Date(end), day: '2026-11-02', dayStart: new Date(begin) },
    share: () => ({ low: 0.2, middle: 0.4, high: 0.7 }),
    tell: ({ leadId, stay, rep, fate }) => void (fate === 'open' && offers.push(`${leadId} ${stay} ${rep}`)),
  }
  let lane = newLane('middle', team)
  const arrivals = comings
    .map(({ minutes, held, lead, grade }, index): Arrival => {
      const at = begin + minutes * minute
      const facts = { lead: { id: `lead${lead}`, industry: null, region: null }, tags: [], friends: [] }
      const left = held === null ? null : at + held * minute
      return { leadId: `lead${lead}`, stay: String(index), at, ...facts, past: [], shift: 0, held: null, left, grade }
    })
    .sort((a, b) => a.at - b.at)
  for (const [index, arrival] of arrivals.entries()) {
    if (stops.includes(index)) lane = JSON.parse(JSON.stringify(lane)) as Lane
    arrive(lane, arrival, course)
    for (const [position, { capacity, weight }] of members.entries()) {
      const load = lane.reps[`rep${position}`]
      expect(load?.open).toBeGreaterThanOrEqual(0)
      expect(load?.peak).toBeLessThanOrEqual(weight === 0 ? 0 : capacity)
    }
  }
  playUntil(lane, end, course)
  return { lane, offers }
}

test('nobody holds more than he may, is asked twice, or more often than the rules let be asked; every offer ends once', () => {
  fc.assert(
    fc.property(given, (one) => {
      const { lane, offers } = play(one, [])
      expect(new Set(offers).size).toBe(offers.length)
      const times = new Map<string, number>()
      for (const offer of offers) {
        const placing = offer.slice(0, offer.lastIndexOf(' '))
        times.set(placing, (times.get(placing) ?? 0) + 1)
      }
      expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(one.maxOffers)
      const loads = Object.values(lane.reps)
      const open = lane.turns.filter((turn) => 'play' in turn)
      expect(open).toEqual([])
      expect(loads.reduce((sum, load) => sum + load.open, 0)).toBe(Object.keys(lane.inHand).length)
    }),
    { numRuns: 80 },
  )
})

test('put down and taken up anywhere, a course goes on as if it had not been', () => {
  fc.assert(
    fc.property(given, (one) => {
      expect(play(one, one.stops)).toEqual(play(one, []))
    }),
    { numRuns: 30 },
  )
})
