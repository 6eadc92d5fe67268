import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { actDue } from '../../../src/journeys/act.ts'
import { advanceDue } from '../../../src/journeys/advance.ts'
import { enrol } from '../../../src/journeys/enrol.ts'
import { enrolMarked } from '../../../src/journeys/enrol-marked.ts'
import { readJourney, saveJourney } from '../../../src/journeys/library.ts'
import { markDates } from '../../../src/journeys/mark-dates.ts'
import { markSegmentChanges } from '../../../src/journeys/marks.ts'
import { matchSteps } from '../../../src/journeys/match-steps.ts'
import { migrate, previewMigration } from '../../../src/journeys/migrate.ts'
import { setConsent } from '../../../src/leads/consent.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { move } from '../../../src/leads/move.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { putTags } from '../../../src/leads/tags.ts'
import { claimLead } from '../../../src/review/claim.ts'
import { giveVerdict, undoVerdict } from '../../../src/review/verdict.ts'
import { createSegment, removeSegment } from '../../../src/segments/library.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

const hour = 3_600_000
const day = 24 * hour
const clock = movableClock(thursdayMorning)
let house: TestHouse
let serial = 0
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'SunLi', ['admin'])
})

const mdr = { id: 'WangMin', roles: ['mdr'] }
const run = async () => {
  for (let more = true; more; ) {
    const marked = await enrolMarked(house)
    const moved = await advanceDue(house)
    const acted = await actDue(house)
    const [left] = await house.db.query(
      `SELECT 1 FROM enrolments WHERE state = 'waiting' AND due_at <= $1 UNION ALL SELECT 1 FROM journey_marks WHERE due_at <= $1`,
      [clock.now()],
    )
    more = marked || moved || acted || left !== undefined
  }
}
const pass = (ms: number) => {
  clock.advance(ms)
  return run()
}
const journey = async (definition: object) => {
  const id = `j-${++serial}`
  await saveJourney(house, { id, trigger: { manual: true }, ...definition }, 'SunLi')
  return id
}
const friend = async () => {
  const leadId = await openLead(house)
  await befriend(house, leadId, 'WangMin', `wm-${++serial}`)
  return leadId
}
const choose = async (
  id: string,
  leadId: string,
  more: { chosen?: boolean; by?: string; raisedHand?: boolean } = {},
) => {
  const [answer] = await house.db.transaction((tx) =>
    enrol(tx, house, [{ journey: id, leadId, by: 'WangMin', chosen: true, ...more }]),
  )
  return answer?.why?.id ?? 'entered'
}
const happened = (leadId: string, type: string) =>
  house.db.transaction((tx) => noteEvents(tx, house, [{ leadId, type, at: clock.now(), key: `e-${++serial}` }]))
const changes = (segment: string, ...of: (readonly [leadId: string, change: 'entered' | 'left'])[]) =>
  house.db.transaction((tx) =>
    markSegmentChanges(
      tx,
      house,
      of.map(([leadId, change]) => ({ leadId, segment, change })),
    ),
  )
const stands = async (id: string) => {
  const rows = await house.db.query<{ state: string; why: string | null; step: string | null }>(
    'SELECT state, why, step FROM enrolments WHERE journey = $1 ORDER BY entered_at, id',
    [id],
  )
  return rows.map(({ state, why, step }) => (step === null ? `${state}:${why}` : `${state}@${step}`))
}
const did = (id: string) =>
  house.db
    .query<{ step: string; outcome: string }>(
      'SELECT s.step, s.outcome FROM enrolment_steps s JOIN enrolments e ON e.id = s.enrolment WHERE e.journey = $1 ORDER BY s.at, s.step',
      [id],
    )
    .then((rows) => rows.map(({ step, outcome }) => `${step} ${outcome}`))
const messagesOf = (leadId: string) =>
  house.db.query<{ state: string; key: string; reason: { id: string } | null }>(
    `SELECT state, key, reason FROM messages WHERE lead_id = $1 AND purpose = 'marketing' ORDER BY created_at, id`,
    [leadId],
  )
const toReview = (leadId: string) =>
  house.db.transaction((tx) => move(tx, house, { leadId, on: 'nominate', actor: systemActor }))

describe('steps', () => {
  test('waits pass at their time and not before; the end is the end', async () => {
    const id = await journey({ steps: [{ wait: '2d' }, { wait: { until: '09:30' } }, { exit: '走完了' }] })
    await choose(id, await openLead(house))
    await run()
    expect(await stands(id)).toEqual(['waiting@0'])
    await pass(2 * day - 1000)
    expect(await stands(id)).toEqual(['waiting@0'])
    // Ten in the morning: the next half past nine is tomorrow's.
    await pass(1000)
    expect(await stands(id)).toEqual(['waiting@1'])
    await pass(23.5 * hour)
    expect(await stands(id)).toEqual(['exited:走完了'])
    expect(await did(id)).toEqual(['0 waited', '1 waited', '2 exit'])
  })

  test('who lives by another clock waits by his own', async () => {
    const abroad = await openLead(house, {
      fields: { attributes: { timeZone: 'America/New_York', ends: '2026-12-01' } },
    })
    const until = await journey({ steps: [{ wait: { until: '09:30' } }] })
    const date = await journey({ steps: [{ wait: { date: 'attributes.ends', before: '1d', at: '09:30' } }] })
    await choose(until, abroad)
    await choose(date, abroad)
    await run()
    const due = await house.db.query<{ due: Date }>(
      'SELECT due_at AS due FROM enrolments WHERE journey = ANY($1) ORDER BY due_at',
      [[until, date]],
    )
    const nextHalfPastNine = new Date(clock.now())
    nextHalfPastNine.setUTCHours(14, 30, 0, 0)
    if (nextHalfPastNine <= clock.now()) nextHalfPastNine.setUTCDate(nextHalfPastNine.getUTCDate() + 1)
    expect(due.map((row) => row.due)).toEqual([nextHalfPastNine, new Date('2026-11-30T14:30:00Z')])
  })

  test('the event that is waited for ends the wait at once, its absence at the time-out', async () => {
    const steps = [
      { wait: { event: 'content_read', timeout: '5d' } },
      // biome-ignore lint/suspicious/noThenProperty: the contract's word
      { branch: { if: { event: 'content_read', within: '5d' }, then: [{ exit: '读了' }], else: [{ exit: '没读' }] } },
    ]
    const id = await journey({ steps })
    const [reads, sleeps] = [await openLead(house), await openLead(house)]
    await choose(id, reads)
    await choose(id, sleeps)
    await run()
    await pass(day)
    await happened(reads, 'content_read')
    await run()
    expect(await stands(id)).toEqual(['exited:读了', 'waiting@0'])
    await pass(4 * day)
    expect(await stands(id)).toEqual(['exited:读了', 'exited:没读'])
  })

  test('a date of the lead is waited for; without one the journey goes on', async () => {
    const id = await journey({ steps: [{ wait: { date: 'attributes.renewal', before: '7d', at: '10:00' } }] })
    const [dated, undated] = [
      await openLead(house, { fields: { attributes: { renewal: '2027-01-20' } } }),
      await openLead(house, { fields: { attributes: { renewal: '待定' } } }),
    ]
    await choose(id, dated)
    await choose(id, undated)
    await run()
    const [row] = await house.db.query<{ due: Date }>(
      'SELECT due_at AS due FROM enrolments WHERE journey = $1 AND lead_id = $2',
      [id, dated],
    )
    expect(row?.due).toEqual(new Date('2027-01-13T02:00:00Z'))
    expect(await stands(id)).toEqual(['waiting@0', 'done:finished'])
  })

  test('a piece is planned once, and what follows waits until its own time', async () => {
    clock.set('2026-12-03T14:00:00Z')
    const id = await journey({ steps: [{ send: { pick: 'best' } }, { wait: '1d' }, { send: { pick: 'best' } }] })
    const leadId = await friend()
    await choose(id, leadId)
    await run()
    // Ten at night in China: planned for the morning, and the day counts from there.
    expect(await messagesOf(leadId)).toMatchObject([{ state: 'planned' }])
    expect(await stands(id)).toEqual(['waiting@1'])
    clock.set('2026-12-04T00:30:00Z')
    await run()
    await pass(24 * hour - 1000)
    expect(await messagesOf(leadId)).toHaveLength(1)
    // A Saturday: customers sleep until ten.
    await pass(1000)
    const sends = await messagesOf(leadId)
    expect(sends).toHaveLength(2)
    expect(new Set(sends.map(({ key }) => key)).size).toBe(2)
    expect(await stands(id)).toEqual(['done:finished'])
  })

  test('a refusal is kept, and the journey goes on', async () => {
    const id = await journey({
      steps: [
        { send: { pick: 'best' } },
        { send: { pick: 'best', kind: 'video' } },
        { stage: { on: 'nominate', to: 'MAL' } },
        { stage: { on: 'nominate' } },
      ],
    })
    await choose(id, await openLead(house))
    await run()
    expect(await did(id)).toEqual(['0 refused:not_reachable', '1 nothing', '2 moved', '3 refused:illegal_move'])
    expect(await stands(id)).toEqual(['done:finished'])
  })

  test('tags, scores, tasks and notices each happen once, however often the engine runs', async () => {
    const tag = { group: '培育', name: '看过' }
    const id = await journey({
      steps: [
        { tag: { put: tag } },
        { score: { event: 'menu_click' } },
        { task: '回个电话' },
        { notify: { roles: ['admin'], owner: true, words: '看一眼' } },
        { tag: { take: tag } },
        { wait: '1d' },
      ],
    })
    const leadId = await openLead(house)
    await choose(id, leadId)
    await Promise.all([run(), run(), run()])
    expect(await did(id)).toEqual(['0 put', '1 scored', '2 told', '3 told', '4 taken'])
    const lines = await house.db.query<{ kind: string }>('SELECT kind FROM timeline WHERE lead_id = $1', [leadId])
    const count = (kind: string) => lines.filter((line) => line.kind === kind).length
    expect([count('tag'), count('event:menu_click'), count('task'), count('journey')]).toEqual([2, 1, 1, 1])
    const notices = await house.db.query<{ recipient: string; text: string }>(
      `SELECT recipient, body ->> 'text' AS text FROM messages WHERE lead_id = $1 AND purpose = 'notice' ORDER BY recipient`,
      [leadId],
    )
    expect(
      notices.map(({ recipient, text }) => [recipient, text.includes('回个电话') || text.includes('看一眼')]),
    ).toEqual([
      ['SunLi', true],
      ['WangMin', true],
    ])
  })

  test('a split sends about as many each way as it says, and always the same one the same way', async () => {
    const split = [
      { share: 30, steps: [{ exit: 'A' }] },
      { share: 70, steps: [{ exit: 'B' }] },
    ]
    const id = await journey({ steps: [{ branch: { split } }] })
    for (let index = 0; index < 80; index++) await choose(id, await openLead(house))
    await run()
    const ways = await stands(id)
    const first = ways.filter((way) => way === 'exited:A').length
    expect(ways.every((way) => /^exited:[AB]$/.test(way))).toBe(true)
    expect(first).toBeGreaterThan(8)
    expect(first).toBeLessThan(44)
  })
})

describe('who enters', () => {
  test('whoever comes to the stage and desk by the way that is named, at the intake too', async () => {
    const id = await journey({ trigger: { stage: 'MAL', desk: 'nurture', via: ['intake'] }, steps: [{ wait: '9d' }] })
    const back = await journey({ trigger: { desk: 'nurture', via: ['verdict-nurture'] }, steps: [{ wait: '9d' }] })
    const leadId = await openLead(house)
    await run()
    expect(await stands(id)).toEqual(['waiting@0'])
    await toReview(leadId)
    await run()
    expect(await stands(id)).toEqual(['cancelled:left'])
    // A verdict with a rest: he enters when it is over.
    await giveVerdict(house, leadId, { verdict: 'nurture', reason: 'just-looking' }, mdr)
    await run()
    expect(await stands(back)).toEqual([])
    await pass(29 * day)
    expect(await stands(back)).toEqual([])
    await pass(day)
    expect(await stands(back)).toEqual(['waiting@0'])
    expect(await stands(id)).toHaveLength(1)
    for (const one of [id, back]) await house.db.query('UPDATE journeys SET current = false WHERE id = $1', [one])
  })

  test("a verdict's journey begins when the verdict can no longer be taken back, rest or not", async () => {
    const id = await journey({ steps: [{ wait: '9d' }] })
    const [kept, undone] = [await openLead(house), await openLead(house)]
    for (const leadId of [kept, undone]) {
      await toReview(leadId)
      await giveVerdict(house, leadId, { verdict: 'nurture', reason: 'no-budget', journey: id, undoSeconds: 10 }, mdr)
    }
    await undoVerdict(house, undone, mdr)
    await run()
    expect(await stands(id)).toEqual([])
    await pass(10_000)
    expect(await stands(id)).toEqual(['waiting@0'])
    const [row] = await house.db.query('SELECT lead_id, entered_by, chosen FROM enrolments WHERE journey = $1', [id])
    expect(row).toEqual({ lead_id: kept, entered_by: 'WangMin', chosen: true })
  })

  test('a segment that begins or ends a journey cannot be removed before it', async () => {
    const make = () => createSegment(house, { name: `s-${++serial}`, kind: 'static' }, 'SunLi')
    const [enters, leaves, free] = [await make(), await make(), await make()]
    const first = await journey({ trigger: { segment: enters.id }, steps: [{ wait: '1d' }] })
    const second = await journey({ exits: [{ leftSegment: leaves.id }], steps: [{ wait: '1d' }] })
    await expect(removeSegment(house, enters.id)).rejects.toMatchObject({ details: { journeys: [first] } })
    await expect(removeSegment(house, leaves.id)).rejects.toMatchObject({ details: { journeys: [second] } })
    await removeSegment(house, free.id)
  })

  test('by any of several tags', async () => {
    const id = await journey({ trigger: { tag: { group: '来源', name: ['沙龙', '直播'] } }, steps: [{ wait: '1d' }] })
    const leads = [await openLead(house), await openLead(house), await openLead(house)]
    const rows = ['沙龙', '直播', '官网'].map((name, index) => ({
      leadId: leads[index] ?? '',
      group: '来源',
      name,
      by: 'x',
    }))
    await house.db.transaction((tx) => putTags(tx, house, rows))
    await run()
    expect(await stands(id)).toEqual(['waiting@0', 'waiting@0'])
  })

  test('by a tag, an event, a date; a second mark of the same changes nothing', async () => {
    const tag = { group: '来源', name: '展会' }
    const byTag = await journey({ trigger: { tag }, steps: [{ wait: '9d' }] })
    const byEvent = await journey({ trigger: { event: 'price_view' }, steps: [{ wait: '9d' }] })
    const byDate = await journey({ trigger: { date: 'attributes.renewal', before: '7d' }, steps: [{ wait: '9d' }] })
    const inDays = (days: number) => new Date(clock.now().getTime() + days * day).toISOString().slice(0, 10)
    const leadId = await openLead(house, { fields: { attributes: { renewal: inDays(9) } } })
    for (const _ of [1, 2]) {
      await house.db.transaction((tx) => putTags(tx, house, [{ leadId, ...tag, by: 'WangMin' }]))
      await happened(leadId, 'price_view')
      await markDates(house)
      await run()
    }
    expect([await stands(byTag), await stands(byEvent), await stands(byDate)]).toEqual([
      ['waiting@0'],
      ['waiting@0'],
      [],
    ])
    for (let days = 0; days < 4; days++) {
      await markDates(house)
      await pass(day)
    }
    expect(await stands(byDate)).toEqual(['waiting@0'])
    for (const one of [byTag, byEvent, byDate])
      await house.db.query('UPDATE journeys SET current = false WHERE id = $1', [one])
  })

  test('by a date on the clock the person lives by, in every spelling a wait would read; once, wherever and however often we look', async () => {
    clock.set('2026-12-07T00:10:00Z')
    const id = await journey({
      trigger: { date: 'attributes.renewal', before: '7d', at: '09:30' },
      reentry: 'always',
      concurrent: true,
      steps: [{ wait: '90d' }],
    })
    await markDates(house)
    const lead = (renewal: string, more: object = {}) =>
      openLead(house, { fields: { ...more, attributes: { renewal, ...more } } })
    const people = {
      here: await lead('2026-12-15'),
      spelled: await lead('2026/12/15'),
      written: await lead('2026-12-14T20:00:00Z'),
      tokyo: await lead('2026-12-15', { region: '日本东京' }),
      newYork: await lead('2026-12-15', { timeZone: 'America/New_York' }),
      nowhere: await lead('2026-12-15', { timeZone: 'Mars/Olympus' }),
      never: await lead('15.12.2026'),
    }
    const entered = new Map<string, string[]>()
    for (let ticks = 0; ticks < 42; ticks++) {
      await Promise.all([markDates(house), markDates(house)])
      await run()
      clock.advance(hour)
    }
    for (const [name, leadId] of Object.entries(people)) {
      const rows = await house.db.query<{ at: Date }>(
        'SELECT entered_at AS at FROM enrolments WHERE journey = $1 AND lead_id = $2',
        [id, leadId],
      )
      entered.set(
        name,
        rows.map(({ at }) => at.toISOString().slice(0, 13)),
      )
    }
    // Looked at ten past every hour: the first look after 09:30 there.
    expect(Object.fromEntries(entered)).toEqual({
      here: ['2026-12-08T02'],
      spelled: ['2026-12-08T02'],
      written: ['2026-12-08T02'],
      tokyo: ['2026-12-08T01'],
      newYork: ['2026-12-08T15'],
      nowhere: ['2026-12-08T02'],
      never: [],
    })
    await house.db.query('UPDATE journeys SET current = false WHERE id = $1', [id])
  })

  test('by a segment; of changes between two looks the last one counts', async () => {
    const segment = `s-${++serial}`
    const id = await journey({ trigger: { segment }, steps: [{ wait: '9d' }] })
    const [enters, passes, stays] = [await openLead(house), await openLead(house), await openLead(house)]
    await changes(segment, [enters, 'entered'], [passes, 'entered'], [passes, 'left'], [stays, 'left'])
    await changes('not-named', [enters, 'entered'])
    await changes(segment, [enters, 'entered'])
    await run()
    expect(await house.db.query('SELECT lead_id FROM enrolments WHERE journey = $1', [id])).toEqual([
      { lead_id: enters },
    ])
  })

  test('not without fitting, not while resting unless a person or a raised hand says so, never after an opt-out', async () => {
    const entry = {
      all: [
        { field: 'industry', op: 'contains', value: '机械' },
        { event: 'content_open', atLeast: 2, within: '30d' },
      ],
    }
    const id = await journey({ entry, steps: [{ wait: '1d' }] })
    const leadId = await openLead(house, { fields: { industry: '通用机械' } })
    await happened(leadId, 'content_open')
    expect(await choose(id, leadId)).toBe('entry')
    await happened(leadId, 'content_open')
    await house.db.query('UPDATE leads SET cool_until = $2, automation = true WHERE id = $1', [
      leadId,
      new Date(clock.now().getTime() + day),
    ])
    expect(await choose(id, leadId, { chosen: false })).toBe('cooling')
    await house.db.query('UPDATE leads SET automation = false WHERE id = $1', [leadId])
    expect(await choose(id, leadId, { chosen: false, raisedHand: true })).toBe('automation_off')
    await house.db.query('UPDATE leads SET automation = true WHERE id = $1', [leadId])
    expect(await choose(id, leadId, { chosen: false, raisedHand: true })).toBe('entered')
    const denied = await openLead(house, { fields: { industry: '机械' } })
    await house.db.transaction((tx) =>
      setConsent(tx, house, { leadId: denied, purpose: 'marketing', granted: false, source: 't', by: 't' }),
    )
    expect(await choose(id, denied)).toBe('opted_out')
    expect(await choose('nowhere', denied)).toBe('unknown')
    const elsewhere = await journey({ trigger: { stage: 'SQL' }, steps: [{ wait: '1d' }] })
    expect(await choose(elsewhere, leadId)).toBe('elsewhere')
  })

  test('again: never, after a while, always; and one at a time unless it says many', async () => {
    const leadId = await openLead(house)
    const steps = [{ wait: '1d' }]
    const never = await journey({ steps })
    const after = await journey({ steps, reentry: { after: '10d' } })
    const always = await journey({ steps, reentry: 'always' })
    const many = await journey({ steps, reentry: 'always', concurrent: true })
    const all = async () => [
      await choose(never, leadId),
      await choose(after, leadId),
      await choose(always, leadId),
      await choose(many, leadId),
    ]
    expect(await all()).toEqual(['entered', 'entered', 'entered', 'entered'])
    expect(await all()).toEqual(['already_in', 'already_in', 'already_in', 'entered'])
    await run()
    await pass(day)
    expect(await all()).toEqual(['entered_before', 'too_soon', 'entered', 'entered'])
    await run()
    await pass(10 * day)
    expect(await all()).toEqual(['entered_before', 'entered', 'entered', 'entered'])
    // What a journey causes begins one at most once a day.
    await run()
    await pass(day)
    expect(await choose(always, leadId, { chosen: false, by: 'journey:x' })).toBe('entered')
    await run()
    await pass(day - 1000)
    expect(await choose(always, leadId, { chosen: false, by: 'journey:x' })).toBe('already_in')
  })

  test('two who enrol at the same moment enrol once', async () => {
    const id = await journey({ steps: [{ wait: '1d' }] })
    const leadId = await openLead(house)
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => choose(id, leadId)))
    expect(answers.filter((answer) => answer === 'entered')).toHaveLength(1)
  })
})

describe('who leaves', () => {
  const inside = async (definition: object = {}) => {
    const id = await journey({
      steps: [{ send: { pick: 'best' } }, { wait: '9d' }, { send: { pick: 'best' } }],
      ...definition,
    })
    const leadId = await friend()
    clock.set(new Date(Math.ceil(clock.now().getTime() / day) * day + 14 * hour))
    expect(await choose(id, leadId)).toBe('entered')
    await run()
    // It is night: the first piece is planned and has not gone.
    expect(await messagesOf(leadId)).toMatchObject([{ state: 'planned' }])
    return { id, leadId }
  }
  const taken = { state: 'cancelled', reason: { id: 'cancelled' } }

  test('whoever reaches the goal, and what was planned for him is taken back', async () => {
    const { id, leadId } = await inside({ goal: { event: 'trial_start' } })
    clock.advance(1000)
    await happened(leadId, 'trial_start')
    await run()
    expect(await stands(id)).toEqual(['goal:goal'])
    expect(await messagesOf(leadId)).toMatchObject([taken])
  })

  test('what happened before the entry is no goal', async () => {
    const leadId = await openLead(house)
    await happened(leadId, 'trial_start')
    const id = await journey({ goal: { event: 'trial_start' }, steps: [{ wait: '1d' }] })
    clock.advance(1000)
    await choose(id, leadId)
    await pass(1000)
    expect(await stands(id)).toEqual(['waiting@0'])
  })

  test('whoever leaves the stage', async () => {
    const { id, leadId } = await inside({ trigger: { stage: 'MAL', desk: 'nurture' } })
    await toReview(leadId)
    await run()
    expect(await stands(id)).toEqual(['cancelled:left'])
    expect(await messagesOf(leadId)).toMatchObject([taken])
    await house.db.query('UPDATE journeys SET current = false WHERE id = $1', [id])
  })

  test('whoever leaves the segment, where the journey asks for it', async () => {
    const segment = `s-${++serial}`
    const { id, leadId } = await inside({ exits: [{ leftSegment: segment }] })
    await changes('another', [leadId, 'left'])
    await changes(segment, [leadId, 'left'], [leadId, 'entered'])
    await run()
    expect(await stands(id)).toEqual(['waiting@1'])
    await changes(segment, [leadId, 'left'])
    await run()
    expect(await stands(id)).toEqual(['exited:left_segment'])
    expect(await messagesOf(leadId)).toMatchObject([taken])
  })

  test('whoever opts out', async () => {
    const { id, leadId } = await inside()
    await house.db.transaction((tx) =>
      setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 't', by: 't' }),
    )
    await run()
    expect(await stands(id)).toEqual(['cancelled:opted_out'])
    expect(await messagesOf(leadId)).toMatchObject([{ state: 'cancelled' }])
  })

  test('whoever an MDR claims or judges', async () => {
    const claimed = await inside()
    await toReview(claimed.leadId)
    await claimLead(house, claimed.leadId, 'WangMin')
    await run()
    expect(await stands(claimed.id)).toEqual(['cancelled:taken'])
    expect(await messagesOf(claimed.leadId)).toMatchObject([taken])
    const judged = await inside()
    await toReview(judged.leadId)
    clock.advance(1000)
    await giveVerdict(house, judged.leadId, { verdict: 'nurture', reason: 'just-looking' }, mdr)
    await run()
    expect(await stands(judged.id)).toEqual(['cancelled:taken'])
  })

  test('whoever was merged into another; the other stays', async () => {
    const { id, leadId } = await inside()
    const winner = await openLead(house)
    await choose(id, winner)
    await house.db.transaction((tx) => mergeLeads(tx, house, winner, leadId, 'SunLi'))
    await run()
    expect((await stands(id)).sort()).toEqual(['cancelled:merged', expect.stringMatching(/^waiting@/)])
  })

  test('whoever meets a condition to leave, even when nothing told us: a timer looks before it acts', async () => {
    const { id, leadId } = await inside({ exits: [{ field: 'industry', op: '=', value: '教育' }] })
    await house.db.query("UPDATE leads SET industry = '教育' WHERE id = $1", [leadId])
    await run()
    expect(await stands(id)).toEqual(['waiting@1'])
    await pass(10 * day)
    expect(await stands(id)).toEqual(['exited:exits'])
  })
})

describe('a new version', () => {
  const read = { event: 'content_read', timeout: '9d' }
  const first = [
    { name: '静两天', wait: '2d' },
    { name: '第一份', send: { pick: 'best' } },
    { name: '再等', wait: '5d' },
    { wait: read },
    { task: '问候一句' },
  ]

  test('finds its steps by name, else by what they say; what is gone or cannot be told apart is not found', () => {
    const wait = (name: string, length: string) => ({ name, wait: length })
    // biome-ignore lint/suspicious/noThenProperty: the contract's word
    const branch = { branch: { if: { event: 'x' }, then: [{ wait: '1h' }], else: [] } }
    const before = [wait('a', '1d'), wait('twice', '2d'), wait('twice', '3d'), { wait: '4d' }, { wait: '4d' }, branch]
    const after = [branch, { wait: '4d' }, wait('new', '9d'), wait('a', '7d'), { wait: '4d' }, wait('twice', '3d')]
    const read = (steps: object[]) => readJourney({ id: 'm', trigger: { manual: true }, steps })
    expect([...matchSteps(read(before), read(after))]).toEqual([
      ['0', '3'],
      ['2', '5'],
      ['3', '1'],
      ['4', '4'],
      ['5', '0'],
      ['5.then.0', '0.then.0'],
    ])
  })

  test('leaves people on theirs until they are taken over; then each goes on where his step went, and does nothing again', async () => {
    const id = await journey({ steps: first })
    const [waits, sent, gone] = [await friend(), await friend(), await friend()]
    await choose(id, sent)
    await run()
    for (const days of [2, 1, 5]) await pass(days * day)
    await choose(id, gone)
    await run()
    for (const days of [2, 1]) await pass(days * day)
    await choose(id, waits)
    await run()
    await saveJourney(
      house,
      {
        id,
        trigger: { manual: true },
        steps: [
          { name: '新的一步', tag: { put: { group: '培育', name: '新版' } } },
          { name: '第一份', send: { pick: 'best' } },
          { name: '静两天', wait: '4d' },
          { wait: read },
          { exit: true },
        ],
      },
      'SunLi',
    )
    await run()
    const versions = () =>
      house.db.query<{ leadId: string; version: number; step: string }>(
        'SELECT lead_id AS "leadId", version, step FROM enrolments WHERE journey = $1 ORDER BY id',
        [id],
      )
    const before = await versions()
    const preview = await previewMigration(house.db, house, id)
    expect(preview).toMatchObject({
      version: 2,
      moves: [
        { version: 1, step: '0', count: 1, to: { step: '2' } },
        { version: 1, step: '3', count: 1, to: { step: '3' } },
      ],
      left: [{ version: 1, step: '2', name: '再等', count: 1 }],
    })
    expect(await versions()).toEqual(before)
    expect(await migrate(house, id, 'SunLi')).toEqual({ moved: 2, more: false })
    expect(await migrate(house, id, 'SunLi')).toEqual({ moved: 0, more: false })
    // By the new length, from when the wait began.
    await pass(4 * day)
    const [row] = await house.db.query<{ version: number; step: string }>(
      'SELECT version, step FROM enrolments WHERE journey = $1 AND lead_id = $2',
      [id, waits],
    )
    expect(row).toEqual({ version: 2, step: '3' })
    const [trail] = await house.db.query<{ steps: string[] }>(
      `SELECT array_agg(s.step ORDER BY s.step) AS steps FROM enrolment_steps s JOIN enrolments e ON e.id = s.enrolment WHERE e.journey = $1 AND e.lead_id = $2`,
      [id, sent],
    )
    expect((await versions()).filter((one) => one.leadId === gone)).toMatchObject([{ version: 1 }])
    // The first piece keeps its one line under its new place; the wait that is gone is history.
    expect(trail?.steps).toEqual(['1', '1/2', '2'])
    expect((await messagesOf(sent)).length).toBe(1)
  })
})

describe('when things break', () => {
  test('a death after the step was done and before it was written does it once', async () => {
    const id = await journey({ steps: [{ send: { pick: 'best' } }, { task: '电话' }, { wait: '9d' }] })
    const leadId = await friend()
    clock.set(new Date(Math.ceil(clock.now().getTime() / (7 * day)) * 7 * day + 3 * hour))
    await choose(id, leadId)
    await advanceDue(house)
    const dying = {
      ...house,
      db: { ...house.db, query: house.db.query.bind(house.db), transaction: dieBeforeCommit(house) },
    }
    await actDue(dying as TestHouse)
    expect(await messagesOf(leadId)).toEqual([])
    // Set back a minute by the failure.
    await pass(2 * 60_000)
    expect(await messagesOf(leadId)).toHaveLength(1)
    expect(await did(id)).toEqual(['0 planned', '1 told'])
  })

  test('a step whose line stands is passed and not done again, whoever brings somebody back to it', async () => {
    const id = await journey({ steps: [{ score: { event: 'content_open' } }, { wait: '9d' }] })
    const leadId = await friend()
    await choose(id, leadId)
    await house.db.query(
      `INSERT INTO enrolment_steps (enrolment, step, outcome, at) SELECT id, '0', 'scored', $2 FROM enrolments WHERE journey = $1`,
      [id, clock.now()],
    )
    await run()
    expect(await stands(id)).toEqual(['waiting@1'])
    expect(await house.db.query('SELECT 1 FROM score_days WHERE lead_id = $1', [leadId])).toEqual([])
  })

  test('a step that always breaks is put aside at last, and holds nobody else up', async () => {
    const id = await journey({ steps: [{ send: { pick: 'best' } }, { wait: '9d' }] })
    const [broken, well] = [await friend(), await friend()]
    await choose(id, broken)
    await choose(id, well)
    await house.db.query(`CREATE FUNCTION break_lead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.lead_id = '${broken}' THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW; END $$`)
    await house.db.query(
      'CREATE TRIGGER break_lead BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION break_lead()',
    )
    for (let round = 0; round < 8; round++) await pass(hour)
    await house.db.query('DROP TRIGGER break_lead ON messages')
    expect((await stands(id)).sort()).toEqual(['failed:broken', 'waiting@1'])
  })

  test('who is in it finishes on his version', async () => {
    const id = await journey({ steps: [{ wait: '1d' }, { exit: '旧' }] })
    await choose(id, await openLead(house))
    await run()
    await saveJourney(house, { id, trigger: { manual: true }, steps: [{ wait: '1d' }, { exit: '新' }] }, 'SunLi')
    await choose(id, await openLead(house))
    await run()
    await pass(day)
    expect(await stands(id)).toEqual(['exited:旧', 'exited:新'])
  })
})

/** Every transaction does its work and is lost. */
function dieBeforeCommit(alive: TestHouse): TestHouse['db']['transaction'] {
  let deaths = 1
  return (work) =>
    alive.db.transaction(async (tx) => {
      const answer = await work(tx)
      if (deaths-- > 0) throw new Error('killed')
      return answer
    })
}
