import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { answerOffer } from '../../../src/offers/answer.ts'
import { returnLead } from '../../../src/offers/give-back.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { watchServiceLevels } from '../../../src/review/watch.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, handleAll, incoming, kfText, store } from '../../support/inbox.ts'
import { addStaff, openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse
let wang: Actor
let li: Actor
const clock = movableClock(thursdayMorning)
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'ChenJing', ['manager'])
  await addStaff(house, 'ZhouQi', ['manager'])
  li = await addStaff(house, 'LiLei', ['sales'], { manager: 'ChenJing', capacity: 1000 })
  await house.playbook.change({ routing: { newPerDay: 1000 } }, 'test')
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  await db.query('DELETE FROM review_queue')
  await db.query('DELETE FROM follow_ups')
  await db.query("UPDATE offers SET first_contact_at = now() WHERE state = 'accepted' AND first_contact_at IS NULL")
  await db.query("UPDATE staff SET active = true, manager = CASE WHEN userid = 'LiLei' THEN 'ChenJing' END")
})

let serial = 0
const told = async (leadId: string, words: string) =>
  (
    await db.query<{ recipient: string }>(
      'SELECT recipient FROM messages WHERE lead_id = $1 AND content_id = $2 ORDER BY created_at, recipient',
      [leadId, words],
    )
  ).map(({ recipient }) => recipient)
/** Looks as often as the job would. */
const watch = async () => {
  for (let looks = 0; looks < 3; looks++) await watchServiceLevels(house)
}
const at = async (time: string) => {
  clock.set(time)
  await watch()
}
const raise = (id: string) =>
  db.transaction(async (tx) => {
    await noteEvents(tx, house, [{ leadId: id, type: 'demo_request', at: clock.now(), key: `sl-${++serial}` }])
    await considerReview(tx, house, [id])
  })
/** A lead that LiLei has accepted. */
const accepted = async () => {
  const externalUserId = `wm-sl-${++serial}`
  const id = await openLead(house, { identities: [{ kind: 'externalUserId', value: externalUserId }] })
  await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
  await answerOffer(house, { leadId: id, by: li, answer: 'accept' })
  return { id, externalUserId }
}
const offerOf = async (id: string) =>
  (
    await db.query<{ at: Date | null; due: Date | null; warned: number }>(
      'SELECT first_contact_at AS at, first_contact_due AS due, warned FROM offers WHERE lead_id = $1',
      [id],
    )
  )[0]

describe('a review', () => {
  it('that is due is told to the MDRs, and after as much working time again to the managers, each once', async () => {
    const id = await openLead(house)
    await raise(id)
    await at('2026-11-19T02:14:59Z')
    expect(await told(id, 'review-due')).toEqual([])
    await at('2026-11-19T02:15:00Z')
    expect(await told(id, 'review-due')).toEqual(['WangMin'])
    await at('2026-11-19T02:29:59Z')
    expect(await told(id, 'review-due')).toEqual(['WangMin'])
    await at('2026-11-19T02:30:00Z')
    await at('2026-11-20T02:30:00Z')
    expect(await told(id, 'review-due')).toEqual(['WangMin', 'ChenJing', 'ZhouQi'])
  })

  it('that came in the evening has the night and the weekend', async () => {
    const id = await openLead(house)
    clock.set('2026-11-20T09:50:00Z')
    await raise(id)
    await at('2026-11-22T12:00:00Z')
    await at('2026-11-23T01:04:59Z')
    expect(await told(id, 'review-due')).toEqual([])
    await at('2026-11-23T01:05:00Z')
    expect(await told(id, 'review-due')).toEqual(['WangMin'])
  })

  it('is due anew when the lead comes to the desk again on the same day', async () => {
    const id = await openLead(house)
    await raise(id)
    await at('2026-11-19T02:15:00Z')
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need' }, wang)
    await raise(id)
    await at('2026-11-19T02:30:00Z')
    expect(await told(id, 'review-due')).toEqual(['WangMin', 'WangMin'])
  })
})

describe('a first contact', () => {
  it('that is owed is told to the rep, then to his manager, each once, in working hours', async () => {
    const { id } = await accepted()
    await at('2026-11-19T06:59:59Z')
    expect(await told(id, 'escalation')).toEqual([])
    await at('2026-11-19T07:00:00Z')
    expect(await told(id, 'escalation')).toEqual(['LiLei'])
    await at('2026-11-20T01:59:00Z')
    expect(await told(id, 'escalation')).toEqual(['LiLei'])
    await at('2026-11-20T02:00:00Z')
    await at('2026-11-20T09:00:00Z')
    expect(await told(id, 'escalation')).toEqual(['LiLei', 'ChenJing'])
  })

  it('goes to every manager where the rep’s own is not here any more', async () => {
    const { id } = await accepted()
    await db.query("UPDATE staff SET active = false WHERE userid = 'ChenJing'")
    await at('2026-11-19T07:00:00Z')
    await at('2026-11-20T02:00:00Z')
    expect(await told(id, 'escalation')).toEqual(['LiLei', 'ZhouQi'])
  })

  it('is made when the customer adds the rep through his introduction', async () => {
    const { id, externalUserId } = await accepted()
    const [code] = await db.query<{ state: string }>('SELECT state FROM live_codes WHERE lead_id = $1', [id])
    clock.advance(hour)
    await store(house, [
      incoming(house, contactEvent('add_external_contact', externalUserId, { UserID: 'lilei', State: code?.state })),
    ])
    await handleAll(house)
    expect((await offerOf(id))?.at).toEqual(clock.now())
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'sales', owner: 'LiLei' })
    await at('2026-11-20T09:00:00Z')
    expect(await told(id, 'escalation')).toEqual([])
  })

  it('is not made by a half add, nor by somebody else’s', async () => {
    const { id, externalUserId } = await accepted()
    await store(house, [
      incoming(house, contactEvent('add_half_external_contact', externalUserId)),
      incoming(house, contactEvent('add_external_contact', externalUserId, { UserID: 'WangMin' })),
    ])
    await handleAll(house)
    expect((await offerOf(id))?.at).toBeNull()
  })

  it('is made by the rep’s words at the 客服 desk', async () => {
    const { id, externalUserId } = await accepted()
    clock.advance(hour)
    await store(house, [
      incoming(
        house,
        kfText(externalUserId, '您好，我是李雷', `m-${externalUserId}`, { origin: 5, servicer_userid: 'LiLei' }),
      ),
    ])
    await handleAll(house)
    expect((await offerOf(id))?.at).toEqual(clock.now())
  })

  it('is made by whatever the rep did about the lead, when one looks', async () => {
    const { id } = await accepted()
    clock.advance(hour)
    const did = clock.now()
    await db.transaction((tx) =>
      noteEvents(tx, house, [{ leadId: id, type: 'reply', at: did, actor: 'LiLei', key: `did-${id}` }]),
    )
    await at('2026-11-19T07:00:00Z')
    expect(await told(id, 'escalation')).toEqual([])
    expect((await offerOf(id))?.at).toEqual(did)
  })

  it('is owed no more for a lead that was given back, or that was merged away', async () => {
    const [back, gone] = [await accepted(), await accepted()]
    await returnLead(house, back.id, { reason: 'no-need' }, li)
    const other = await openLead(house)
    await db.transaction((tx) => mergeLeads(tx, house, other, gone.id, 'SunLi'))
    await at('2026-11-19T07:00:00Z')
    await at('2026-11-20T02:00:00Z')
    expect([...(await told(back.id, 'escalation')), ...(await told(gone.id, 'escalation'))]).toEqual([])
    expect((await offerOf(back.id))?.due).toBeNull()
  })
})

describe('a lead nobody follows up', () => {
  it('is the rep’s after 3 days, his manager’s after 5, and nurture’s after 7, each told once', async () => {
    const { id, externalUserId } = await accepted()
    await store(house, [incoming(house, contactEvent('add_external_contact', externalUserId))])
    await handleAll(house)
    const start = clock.now().getTime()
    const later = async (days: number) => {
      clock.set(new Date(start + days * day))
      await watch()
    }
    await later(2.99)
    expect(await told(id, 'escalation')).toEqual([])
    await later(3)
    await later(4.99)
    expect(await told(id, 'escalation')).toEqual(['LiLei'])
    await later(5)
    await later(6.99)
    expect(await told(id, 'escalation')).toEqual(['LiLei', 'ChenJing'])
    await later(7)
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'nurture', owner: null, recycleCount: 1 })
    expect(await told(id, 'lead-returned')).toEqual(['WangMin'])
    const [step] = await db.query<{ reason: string; rule: string }>(
      'SELECT reason, rule FROM stage_changes WHERE lead_id = $1 ORDER BY seq DESC LIMIT 1',
      [id],
    )
    expect(step).toEqual({ reason: 'stale', rule: 'follow-up-age' })
    await later(30)
    expect(await told(id, 'escalation')).toHaveLength(2)
  })

  it('is young again when anybody did anything about it', async () => {
    const { id } = await accepted()
    await db.query('UPDATE offers SET first_contact_at = answered_at WHERE lead_id = $1', [id])
    const start = clock.now().getTime()
    clock.set(new Date(start + 2.5 * day))
    await db.transaction((tx) =>
      noteEvents(tx, house, [{ leadId: id, type: 'reply', at: clock.now(), actor: 'WangMin', key: `young-${id}` }]),
    )
    for (const days of [3, 5.4]) {
      clock.set(new Date(start + days * day))
      await watch()
    }
    expect(await told(id, 'escalation')).toEqual([])
    clock.set(new Date(start + 5.5 * day))
    await watch()
    expect(await told(id, 'escalation')).toEqual(['LiLei'])
  })

  it('is not made young by what customers, machines or the system did', async () => {
    const { id } = await accepted()
    await db.query('UPDATE offers SET first_contact_at = answered_at WHERE lead_id = $1', [id])
    clock.advance(2 * day)
    await db.transaction((tx) =>
      noteEvents(tx, house, [
        { leadId: id, type: 'content_open', at: clock.now(), key: `c-${id}` },
        { leadId: id, type: 'content_open', at: clock.now(), actor: 'api', key: `a-${id}` },
        { leadId: id, type: 'content_open', at: clock.now(), actor: 'system', key: `s-${id}` },
      ]),
    )
    clock.advance(day)
    await watch()
    expect(await told(id, 'escalation')).toEqual(['LiLei'])
  })
})
