import { beforeAll, describe, expect, it } from 'vitest'
import { sampleLeads } from '../../sandbox/sample-leads.ts'
import { saveJourney, syncJourneys } from '../../src/journeys/library.ts'
import { setConsent } from '../../src/leads/consent.ts'
import { move } from '../../src/leads/move.ts'
import { noteEvents } from '../../src/leads/note.ts'
import { putTags } from '../../src/leads/tags.ts'
import { giveVerdict } from '../../src/review/verdict.ts'
import { testDatabase } from '../support/db.ts'
import { addStaff, befriend, openLead } from '../support/people.ts'
import { type WecomHouse, wecomHouse } from '../support/wecom-house.ts'

const hour = 3_600_000
const day = 24 * hour
const mdr = { id: 'WangMin', roles: ['mdr'] }
const system = { id: 'system', roles: ['system'] }

interface Person {
  leadId: string
  external: string
  name: string
  /** Reads what he gets · only opens it · does neither. */
  habit: 'reads' | 'opens' | 'sleeps'
}

/** One message as the customer's phone shows it, by whatever way it came. */
interface Got {
  at: number
  /** Words and cards; of an address only where it leads, since each sending has a code of its own. */
  what: string
}

/** People on other clocks, by their place among the sixty. */
const abroad: Record<number, string> = { 30: 'Asia/Tokyo', 31: 'Asia/Urumqi' }
/** Whose contract ends, and when. */
const ends: Record<number, string> = { 30: '2026-12-18', 31: '2026/12/18', 32: '2026-12-18', 33: '2027-03-01' }
const renewal = {
  id: 'renewal',
  trigger: { date: 'attributes.contractEnds', before: '7d', at: '09:30' },
  steps: [{ send: { pick: 'best' } }, { exit: '已提醒' }],
}

let house: WecomHouse
let people: Person[]

/** What the playbook says in its own words about nights, holidays of these weeks being none: worked out by nobody but this test. */
function isNight(at: Date | number, zone = 'Asia/Shanghai'): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
    .formatToParts(at)
    .map(({ value }) => value)
  const clock = `${parts[2]}:${parts[4]}`
  const isWeekend = ['Sat', 'Sun'].includes(parts[0] ?? '')
  return clock < (isWeekend ? '10:00' : '08:30') || clock >= (isWeekend ? '20:00' : '21:00')
}
const zoneOf = (person: Person) => abroad[people.indexOf(person)]

/** Lets everything happen that can happen at this moment. */
async function settle() {
  const jobs = ['mark-dates', 'enrol-marked', 'advance-journeys', 'deliver', 'close-batches', 'poll-batches']
  for (const name of jobs) {
    const job = house.shelves.jobs.get(name)
    for (let runs = 0; runs < 20 && (await job?.run(house)); runs++);
  }
}

const customersOf = ({ members }: { members: { list: { target: string }[] }[] }) =>
  members.flatMap(({ list }) => list.map(({ target }) => target))

/** Members confirm what waits on their phones, when they and whoever it goes to are awake. */
async function confirm() {
  const now = house.clock.now().getTime()
  const asleep = new Set(people.filter((person) => isNight(now, zoneOf(person))).map(({ external }) => external))
  for (const { msgid, dispatchedAt, members } of house.sandbox.world.groupSends.filter(
    (task) => !customersOf(task).some((external) => asleep.has(external)),
  ))
    for (const { userid, confirmedAt, dismissed } of members)
      if (!confirmedAt && !dismissed && dispatchedAt <= now) await house.sandbox.confirmGroupSend({ userid, msgid })
}

const got = (person: Person): Got[] =>
  house.sandbox
    .received(person.external)
    .filter(({ from }) => from === 'staff')
    .map(({ at, text = '', attachments = [] }) => ({
      at,
      what: `${text}${JSON.stringify(attachments)}`.replaceAll(/\/s\/[\w-]+/g, '/s/…'),
    }))

let events = 0
const does = (leadId: string, type: string) =>
  house.db.transaction((tx) => noteEvents(tx, house, [{ leadId, type, at: house.clock.now(), key: `30-${++events}` }]))

/** What people do with what they got since the last look. */
async function react(seen: Map<string, number>) {
  for (const person of people) {
    const count = got(person).length
    if (count === (seen.get(person.leadId) ?? 0) || person.habit === 'sleeps') continue
    seen.set(person.leadId, count)
    await does(person.leadId, 'content_open')
    if (person.habit === 'reads') await does(person.leadId, 'content_read')
  }
}

beforeAll(async () => {
  house = await wecomHouse(await testDatabase({ poolSize: 20 }))
  house.clock.set('2026-11-23T01:00:00Z')
  await syncJourneys(house)
  await saveJourney(house, renewal, 'WangMin')
  await addStaff(house, 'WangMin', ['mdr'])
  const reps = ['LiLei', 'HanMeimei', 'ZhangWei', 'LiuYang']
  const sample = sampleLeads(house.clock.now()).slice(0, 60)
  people = []
  for (const [index, { name, company, title, industry, region, size }] of sample.entries()) {
    const userid = reps[index % reps.length] as string
    const { external_userid: external } = await house.sandbox.customerScans({ name, userid })
    const leadId = await openLead(house, {
      identities: [{ kind: 'externalUserId', value: external }],
      fields: {
        ...{ name, company, title, industry, region, size: String(size) },
        attributes: {
          ...(abroad[index] ? { timeZone: abroad[index] } : {}),
          ...(ends[index] ? { contractEnds: ends[index] } : {}),
        },
      },
      key: `30d-${index}`,
    })
    await befriend(house, leadId, userid, external)
    people.push({ leadId, external, name, habit: (['reads', 'opens', 'sleeps'] as const)[index % 3] ?? 'sleeps' })
  }
  const seen = new Map<string, number>()
  const at = (index: number) => people[index] as Person
  for (let tick = 0; tick < (30 * day) / (3 * hour); tick++) {
    const now = house.clock.now()
    await settle()
    if (!isNight(now)) await confirm()
    await react(seen)
    // On the fifth day some were at a fair; on the eighth one asks for a demo, one opts out, one is judged "not yet".
    if (tick === 40) {
      const rows = [10, 11, 12, 13].map((index) => ({
        leadId: at(index).leadId,
        group: '来源',
        name: '展会',
        by: 'WangMin',
      }))
      await house.db.transaction((tx) => putTags(tx, house, rows))
    }
    if (tick === 64) {
      await does(at(20).leadId, 'demo_request')
      await house.db.transaction((tx) =>
        setConsent(tx, house, {
          leadId: at(21).leadId,
          purpose: 'marketing',
          granted: false,
          source: 'page',
          by: 'customer',
        }),
      )
      const { leadId } = at(22)
      await house.db.transaction((tx) => move(tx, house, { leadId, on: 'nominate', actor: system }))
      await giveVerdict(house, leadId, { verdict: 'nurture', reason: '只是了解一下' }, mdr)
    }
    house.clock.advance(3 * hour)
  }
  await settle()
}, 300_000)

const journeysOf = (leadId: string) =>
  house.db.query<{ journey: string; state: string; why: string | null }>(
    'SELECT journey, state, why FROM enrolments WHERE lead_id = $1 ORDER BY entered_at, journey',
    [leadId],
  )

describe('thirty days over sixty people', () => {
  it('everybody who stayed got something, and nobody anything twice', () => {
    const all = people.map(got)
    expect(all.flat().length).toBeGreaterThan(120)
    expect(all.filter((one) => one.length === 0)).toEqual([])
    for (const one of all) expect(new Set(one.map(({ what }) => what)).size).toBe(one.length)
  })

  it('nothing reached anybody in his own night, and no task was given in the night of who confirms it or of whom it goes to', () => {
    for (const person of people) expect(got(person).filter(({ at }) => isNight(at, zoneOf(person)))).toEqual([])
    const zones = new Map(people.map((person) => [person.external, zoneOf(person)]))
    for (const task of house.sandbox.world.groupSends)
      for (const zone of [undefined, ...customersOf(task).map((one) => zones.get(one))])
        expect([task.createdAt, isNight(task.createdAt, zone)]).toEqual([task.createdAt, false])
  })

  it('a date began its journey on the day, at the hour of each one’s own clock, and once', async () => {
    const rows = await house.db.query<{ leadId: string; at: Date; outcomes: string[] }>(
      `SELECT e.lead_id AS "leadId", e.entered_at AS at, array_agg(s.outcome ORDER BY s.step) AS outcomes
       FROM enrolments e LEFT JOIN enrolment_steps s ON s.enrolment = e.id WHERE e.journey = 'renewal' GROUP BY e.id ORDER BY 2, 1`,
    )
    const told = rows.map(({ leadId, at }) => [people.findIndex((one) => one.leadId === leadId), at.toISOString()])
    // Looked at every three hours from nine: the first look after half past nine there.
    expect(told.sort()).toEqual([
      [30, '2026-12-11T01:00:00.000Z'],
      [31, '2026-12-11T04:00:00.000Z'],
      [32, '2026-12-11T04:00:00.000Z'],
    ])
    for (const { outcomes } of rows) expect(outcomes).toHaveLength(2)
    const sends = await house.db.query(
      `SELECT 1 FROM messages m JOIN enrolment_steps s ON s.message_id = m.id JOIN enrolments e ON e.id = s.enrolment AND e.journey = 'renewal' WHERE m.state = 'sent'`,
    )
    expect(sends.length).toBeGreaterThan(0)
  })

  it('no cap was exceeded in any sliding window of what the phones show', async () => {
    const { playbook } = await house.playbook.current()
    const { day: daily = 99, week = 99, month = 99 } = playbook.caps.person
    for (const person of people) {
      const times = got(person).map(({ at }) => at)
      for (const from of times) {
        const within = (ms: number) => times.filter((at) => at >= from && at < from + ms).length
        expect([within(day) <= daily, within(7 * day) <= week, within(30 * day) <= month]).toEqual([true, true, true])
      }
    }
  })

  it('says for each message who got it, when, and by which step of which journey', async () => {
    const rows = await house.db.query<{
      leadId: string
      journey: string | null
      step: string | null
      sent: Date
      outcome: string
    }>(
      `SELECT m.lead_id AS "leadId", e.journey, s.step, m.sent_at AS sent, s.outcome FROM messages m
       LEFT JOIN enrolment_steps s ON s.message_id = m.id LEFT JOIN enrolments e ON e.id = s.enrolment
       WHERE m.purpose = 'marketing' AND m.state = 'sent'`,
    )
    expect(rows).toHaveLength(people.flatMap(got).length)
    expect(rows.filter(({ journey, outcome }) => journey === null || outcome !== 'planned')).toEqual([])
    const steps = new Set(rows.map(({ journey, step }) => `${journey} ${step}`))
    expect([...steps].sort()).toEqual(
      expect.arrayContaining(['event-follow-up 2', 'welcome-mal-30-days 2', 'welcome-mal-30-days 5']),
    )
    const lines = await house.db.query(
      `SELECT 1 FROM timeline WHERE kind = 'message' AND data ->> 'state' = 'sent' AND data ->> 'channel' = 'group-send'`,
    )
    expect(lines.length).toBe(rows.length)
  })

  it('those who raised a hand, opted out or were judged left at once, and got nothing of it afterwards', async () => {
    const [asked, denied, judged] = [20, 21, 22].map((index) => people[index] as Person)
    const since = Date.parse('2026-11-23T01:00:00Z') + 64 * 3 * hour
    expect(await journeysOf(asked?.leadId ?? '')).toMatchObject([{ state: 'goal' }])
    expect(await journeysOf(denied?.leadId ?? '')).toMatchObject([{ why: 'opted_out' }])
    expect(await journeysOf(judged?.leadId ?? '')).toMatchObject([
      { journey: 'welcome-mal-30-days', state: 'cancelled' },
    ])
    for (const person of [asked, denied, judged])
      expect(got(person as Person).filter(({ at }) => at > since)).toEqual([])
    // Whoever rests for thirty days is not begun with before.
    const [later] = await house.db.query<{ due: Date }>('SELECT due_at AS due FROM journey_marks WHERE lead_id = $1', [
      judged?.leadId,
    ])
    expect(later?.due.getTime()).toBe(since + 30 * day)
  })

  it('those who read were handed to people, those who sleep were not', async () => {
    const told = await house.db.query<{ leadId: string }>(
      `SELECT DISTINCT lead_id AS "leadId" FROM timeline WHERE kind = 'task'`,
    )
    const habits = new Set(told.map(({ leadId }) => people.find((person) => person.leadId === leadId)?.habit))
    expect(habits.has('reads')).toBe(true)
    expect(habits.has('sleeps')).toBe(false)
  })

  it('every enrolment is in one step or has ended, and no step was done twice', async () => {
    const rows = await house.db.query<{ state: string; step: string | null; ended: boolean }>(
      'SELECT state, step, ended_at IS NOT NULL AS ended FROM enrolments',
    )
    expect(rows.length).toBeGreaterThanOrEqual(64)
    for (const { state, step, ended } of rows) expect([state === 'waiting', step !== null]).toEqual([!ended, !ended])
    const twice = await house.db.query(
      'SELECT lead_id, content_id FROM messages WHERE content_id IS NOT NULL AND purpose = $1 GROUP BY 1, 2 HAVING count(*) FILTER (WHERE state = $2) > 1',
      ['marketing', 'sent'],
    )
    expect(twice).toEqual([])
  })
})
