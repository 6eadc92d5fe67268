import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { move } from '../../../src/leads/move.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { claimNext } from '../../../src/review/claim.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { remindVerdicts } from '../../../src/review/remind.ts'
import { giveVerdict, settleVerdicts, undoVerdict } from '../../../src/review/verdict.ts'
import { workingAgo } from '../../../src/review/working-ago.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse
let wang: Actor
const clock = movableClock(thursdayMorning)
const minute = 60_000
const day = 86_400_000

beforeAll(async () => {
  const opened = await testDatabase({ poolSize: 16 })
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'], { capacity: 1000 })
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  await db.query('DELETE FROM review_queue')
})

let serial = 0
const raise = (id: string, ...types: string[]) =>
  db.transaction(async (tx) => {
    await noteEvents(
      tx,
      house,
      types.map((type) => ({ leadId: id, type, at: clock.now(), key: `q-${++serial}` })),
    )
    await considerReview(tx, house, [id])
  })
const waiting = async (...types: string[]) => {
  const id = await openLead(house)
  await raise(id, ...types)
  return id
}
const warm = ['price_view', 'price_view', 'content_read', 'content_open']

describe('who is next', () => {
  it('is whoever raised a hand, then whoever is due, then whoever is hottest; a claim that lapsed changes nothing of it', async () => {
    const cool = await waiting(...warm)
    const hot = await waiting(...warm, 'content_forward')
    clock.advance(minute)
    const raised = await waiting('demo_request')
    expect((await claimNext(house, 'a'))?.leadId).toBe(raised)
    await db.query('UPDATE review_queue SET claimed_by = $2, claimed_until = $3 WHERE lead_id = $1', [
      cool,
      'gone',
      new Date(clock.now().getTime() - 1),
    ])
    expect((await claimNext(house, 'b'))?.leadId).toBe(hot)
    expect((await claimNext(house, 'c'))?.leadId).toBe(cool)
    expect(await claimNext(house, 'd')).toBeNull()
  })

  it('is one lead for one person, however often he asks at once', async () => {
    for (let n = 0; n < 5; n++) await waiting('demo_request')
    const got = await Promise.all(Array.from({ length: 10 }, () => claimNext(house, 'WangMin')))
    expect(new Set(got.map((one) => one?.leadId)).size).toBe(1)
  })
})

describe('a hand', () => {
  it('raised twice is one place in the queue, due at the sooner time', async () => {
    const id = await waiting(...warm)
    const place = async () =>
      (
        await db.query<{ handRaised: boolean; dueAt: Date }>(
          'SELECT hand_raised AS "handRaised", due_at AS "dueAt" FROM review_queue WHERE lead_id = $1',
          [id],
        )
      )[0]
    expect((await place())?.handRaised).toBe(false)
    clock.advance(minute)
    await raise(id, 'demo_request')
    const first = await place()
    expect(first).toEqual({ handRaised: true, dueAt: new Date(clock.now().getTime() + 15 * minute) })
    clock.advance(minute)
    await raise(id, 'quote_request')
    expect(await place()).toEqual(first)
  })

  it.each([
    ['being sold to', 'SQL', 'sales'],
    ['a customer', 'GROWTH', 'success'],
  ])('of somebody who is %s is his owner’s at once, and told once', async (_name, stage, desk) => {
    const id = await openLead(house)
    await db.query("UPDATE leads SET stage = $2, desk = $3, owner = 'LiLei' WHERE id = $1", [id, stage, desk])
    await raise(id, 'demo_request')
    await raise(id, 'content_open')
    expect(
      await db.query("SELECT recipient, extra FROM messages WHERE lead_id = $1 AND content_id = 'hot-lead'", [id]),
    ).toEqual([{ recipient: 'LiLei', extra: { urgent: true } }])
    expect(await standing(house, id)).toMatchObject({ stage, desk })
  })

  it('opens a closed door again', async () => {
    const id = await waiting('demo_request')
    await giveVerdict(house, id, { verdict: 'disqualified', reason: 'student' }, wang)
    clock.advance(day)
    await raise(id, ...warm)
    await raise(id, 'demo_request')
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'review' })
  })
})

describe('a verdict that is held', () => {
  it('cannot be taken back when the lead has gone on since', async () => {
    const id = await waiting('demo_request')
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need', undoSeconds: 10 }, wang)
    await raise(id, 'demo_request')
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    await db.transaction((tx) =>
      move(tx, house, { leadId: id, on: 'return', actor: { id: 'boss', roles: ['manager'] }, reason: 'no-need' }),
    )
    await expect(undoVerdict(house, id, wang)).rejects.toMatchObject({ status: 409, id: 'nothing_to_undo' })
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'nurture' })
  })

  it('is taken back by its giver, or by somebody above him', async () => {
    const id = await waiting('demo_request')
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    await expect(undoVerdict(house, id, { id: 'ZhaoQian', roles: ['mdr'] })).rejects.toMatchObject({ status: 403 })
    await undoVerdict(house, id, { id: 'ChenJing', roles: ['manager'] })
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
  })

  it('forgets its reminder when it is taken back', async () => {
    const id = await waiting('demo_request')
    const remindAt = new Date(clock.now().getTime() + day)
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'wrong-time', remindAt, undoSeconds: 10 }, wang)
    await undoVerdict(house, id, wang)
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need' }, wang)
    clock.advance(2 * day)
    await remindVerdicts(house)
    expect(await standing(house, id)).toMatchObject({ desk: 'nurture' })
  })

  it('of one lead that cannot be settled holds up nobody else', async () => {
    const [bad, good] = [await waiting('demo_request'), await waiting('demo_request')]
    for (const id of [bad, good]) await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    clock.advance(10_001)
    const { transaction } = db
    const stumbles: Db = {
      ...db,
      transaction: (work) =>
        transaction((tx) =>
          work({
            ...tx,
            query: async (text, values) => {
              if (text.includes('INSERT INTO offers') && values?.[1] === bad) throw new Error('no such luck')
              return tx.query(text, values)
            },
          }),
        ),
    }
    await settleVerdicts({ ...house, db: stumbles })
    const offered = await db.query<{ lead: string }>('SELECT lead_id AS lead FROM offers WHERE lead_id = ANY($1)', [
      [bad, good],
    ])
    expect(offered).toEqual([{ lead: good }])
    await settleVerdicts(house)
    expect(await db.query('SELECT 1 FROM offers WHERE lead_id = $1', [bad])).toHaveLength(1)
  })

  it('of somebody merged meanwhile offers nobody', async () => {
    const [kept, gone] = [await waiting('demo_request'), await waiting('demo_request')]
    for (const id of [kept, gone]) await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    await db.transaction((tx) => mergeLeads(tx, house, kept, gone, 'SunLi'))
    clock.advance(10_001)
    await settleVerdicts(house)
    await settleVerdicts(house)
    expect(await db.query('SELECT lead_id AS lead FROM offers WHERE lead_id = ANY($1)', [[kept, gone]])).toEqual([
      { lead: kept },
    ])
  })

  it('is not asked for by words every object knows', async () => {
    const id = await waiting('demo_request')
    await expect(giveVerdict(house, id, { verdict: 'toString', reason: 'x' }, wang)).rejects.toMatchObject({
      status: 422,
    })
  })
})

describe('a day that was agreed', () => {
  const agreed = async () => {
    const id = await waiting('demo_request')
    const remindAt = new Date(clock.now().getTime() + 3 * day)
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'wrong-time', remindAt }, wang)
    return id
  }

  it('brings the lead back on that day, once', async () => {
    const id = await agreed()
    clock.advance(3 * day - 1)
    await remindVerdicts(house)
    expect(await standing(house, id)).toMatchObject({ desk: 'nurture' })
    clock.advance(1)
    await remindVerdicts(house)
    await remindVerdicts(house)
    expect(await standing(house, id)).toMatchObject({ desk: 'review', coolUntil: null })
    expect(await db.query('SELECT why FROM review_queue WHERE lead_id = $1', [id])).toEqual([
      { why: [{ rule: 'remind', text: '到了约定的再联系日期' }] },
    ])
  })

  it('means nothing when something else became of the lead since', async () => {
    const id = await agreed()
    clock.advance(day)
    await raise(id, 'demo_request')
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-budget' }, wang)
    clock.advance(3 * day)
    await remindVerdicts(house)
    expect(await standing(house, id)).toMatchObject({ desk: 'nurture' })
  })

  it('is kept for the person when he was merged into another', async () => {
    const [id, other] = [await agreed(), await openLead(house)]
    await db.transaction((tx) => mergeLeads(tx, house, other, id, 'SunLi'))
    clock.advance(3 * day)
    await remindVerdicts(house)
    expect(await standing(house, other)).toMatchObject({ desk: 'review' })
  })
})

it.each([
  ['an hour ago inside a morning', '2026-11-19T03:00:00Z', 60, '2026-11-19T02:00:00Z'],
  ['before lunch', '2026-11-19T05:30:00Z', 60, '2026-11-19T03:30:00Z'],
  ['on Friday, from Monday morning', '2026-11-23T02:00:00Z', 120, '2026-11-20T09:00:00Z'],
])('so much working time has passed since %s', async (_name, at, minutes, since) => {
  const { calendar } = await house.playbook.current()
  expect(workingAgo(calendar, new Date(at), minutes * minute)).toEqual(new Date(since))
})
