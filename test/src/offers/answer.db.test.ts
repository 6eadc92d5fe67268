import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { syncLibrary } from '../../../src/messages/library.ts'
import { answerOffer, lapseOffers } from '../../../src/offers/answer.ts'
import { advanceLead, returnLead } from '../../../src/offers/give-back.ts'
import { placeUnheld } from '../../../src/offers/place.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse
let wang: Actor
let reps: Record<string, Actor>
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  await syncLibrary(house)
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'ChenJing', ['manager'])
  reps = {
    LiLei: await addStaff(house, 'LiLei', ['sales'], { manager: 'ChenJing' }),
    HanMeimei: await addStaff(house, 'HanMeimei', ['sales'], { manager: 'ChenJing' }),
    ZhangWei: await addStaff(house, 'ZhangWei', ['sales']),
  }
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  // Each test is a day of its own: what was offered before does not count against today's share.
  await db.query("UPDATE offers SET offered_at = offered_at - interval '2 days'")
})

const offers = (id: string) =>
  db.query<{ id: string; userid: string; state: string; dueAt: Date; reason: string | null }>(
    'SELECT id, userid, state, due_at AS "dueAt", reason FROM offers WHERE lead_id = $1 ORDER BY round',
    [id],
  )

async function offered(): Promise<{ id: string; rep: Actor; offerId: string }> {
  const id = await openLead(house)
  await giveVerdict(house, id, { verdict: 'mql', reason: 'clear-need' }, wang)
  const [offer] = await offers(id)
  if (!offer) throw new Error('no offer')
  return { id, rep: reps[offer.userid] as Actor, offerId: offer.id }
}

describe('an offer', () => {
  it('goes out as one card with its two buttons and the reasons of a decline', async () => {
    const { id, offerId } = await offered()
    const [message] = await db.query<{
      body: { card: { button_list: { key: string }[]; button_selection: { option_list: unknown[] } } }
      extra: { taskId: string }
      recipient: string
    }>("SELECT body, extra, recipient FROM messages WHERE lead_id = $1 AND purpose = 'notice'", [id])
    expect(message?.body.card.button_list.map(({ key }) => key)).toEqual([`accept:${offerId}`, `decline:${offerId}`])
    expect(message?.body.card.button_selection.option_list.length).toBeGreaterThan(2)
    expect(message?.extra.taskId).toBe(`offer-${offerId}`)
  })

  it('spreads leads that come together evenly over three reps of equal weight', async () => {
    await Promise.all(Array.from({ length: 14 }, offered))
    const counts = await db.query<{ n: number }>('SELECT count(*) AS n FROM offers GROUP BY userid')
    expect(counts.map(({ n }) => n)).toEqual([5, 5, 5])
  })

  it('goes first to the rep who is the customer’s friend already', async () => {
    const id = await openLead(house)
    await befriend(house, id, 'ZhangWei', `wm-friend-${id}`)
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
    expect((await offers(id))[0]?.userid).toBe('ZhangWei')
  })
})

describe('accepting', () => {
  it('makes the rep the owner and his introduction ready', async () => {
    const { id, rep, offerId } = await offered()
    await answerOffer(house, {
      offerId,
      by: rep,
      answer: 'accept',
      card: { taskId: `offer-${offerId}`, responseCode: 'rc' },
    })
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'sales', owner: rep.id })
    expect(await db.query('SELECT kind, staff FROM live_codes WHERE lead_id = $1', [id])).toEqual([
      { kind: 'handover', staff: [rep.id] },
    ])
  })

  it('is one acceptance when the button is pressed twice, and by one person only', async () => {
    const { id, rep, offerId } = await offered()
    const other = Object.values(reps).find(({ id: one }) => one !== rep.id) as Actor
    await expect(answerOffer(house, { offerId, by: other, answer: 'accept' })).rejects.toMatchObject({
      status: 403,
      id: 'not_your_offer',
    })
    await Promise.all(
      [1, 2, 3].map(() => answerOffer(house, { offerId, by: { ...rep, id: rep.id.toLowerCase() }, answer: 'accept' })),
    )
    expect((await offers(id)).map(({ state }) => state)).toEqual(['accepted'])
    expect((await standing(house, id)).owner).toBe(rep.id)
    expect(await db.query('SELECT 1 FROM live_codes WHERE lead_id = $1', [id])).toHaveLength(1)
  })
})

describe('declining', () => {
  it('hands the lead to the next rep, never to the same one, and escalates when nobody is left', async () => {
    const { id } = await offered()
    for (let round = 1; round <= 3; round++) {
      const open = (await offers(id)).find(({ state }) => state === 'open')
      if (!open) throw new Error('no open offer')
      await answerOffer(house, {
        offerId: open.id,
        by: reps[open.userid] as Actor,
        answer: 'decline',
        reason: '手上客户太多',
      })
    }
    const all = await offers(id)
    expect(new Set(all.map(({ userid }) => userid)).size).toBe(3)
    expect(all.every(({ state }) => state === 'declined')).toBe(true)
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'review', owner: null })
    expect(await db.query("SELECT recipient FROM messages WHERE lead_id = $1 AND key LIKE 'unplaced:%'", [id])).toEqual(
      [{ recipient: 'ChenJing' }],
    )
  })

  it('wants a reason', async () => {
    const { id, rep, offerId } = await offered()
    await expect(answerOffer(house, { offerId, by: rep, answer: 'decline' })).rejects.toMatchObject({
      status: 422,
      id: 'reason_required',
    })
    expect((await offers(id)).map(({ state }) => state)).toEqual(['open'])
  })
})

describe('no answer', () => {
  it('lapses after the working time of the rule, tells the manager, and goes on', async () => {
    const { id, rep } = await offered()
    clock.advance(29 * 60_000)
    await lapseOffers(house)
    expect((await offers(id)).map(({ state }) => state)).toEqual(['open'])
    clock.advance(60_000)
    await lapseOffers(house)
    await lapseOffers(house)
    const all = await offers(id)
    expect(all.map(({ state }) => state)).toEqual(['lapsed', 'open'])
    expect(all[1]?.userid).not.toBe(rep.id)
    expect(await db.query("SELECT recipient FROM messages WHERE lead_id = $1 AND key LIKE 'lapsed:%'", [id])).toEqual([
      { recipient: 'ChenJing' },
    ])
  })

  it('does not count the night', async () => {
    clock.set('2026-11-19T09:50:00Z')
    const { id } = await offered()
    clock.set('2026-11-20T00:30:00Z')
    await lapseOffers(house)
    expect((await offers(id)).map(({ state }) => state)).toEqual(['open'])
  })
})

describe('what sales does with a lead', () => {
  it('moves it on, and refuses steps that are none', async () => {
    const { id, rep, offerId } = await offered()
    await answerOffer(house, { offerId, by: rep, answer: 'accept' })
    await expect(advanceLead(house, id, { to: 'CUSTOMER' }, rep)).rejects.toMatchObject({
      status: 409,
      id: 'illegal_move',
    })
    for (const to of ['SQL', 'OPPORTUNITY', 'CUSTOMER']) await advanceLead(house, id, { to }, rep)
    expect(await standing(house, id)).toMatchObject({ stage: 'CUSTOMER', desk: 'success', owner: rep.id })
  })

  it('gives it back to nurture with its reason, a rest and its history', async () => {
    const { id, rep, offerId } = await offered()
    await answerOffer(house, { offerId, by: rep, answer: 'accept' })
    await expect(returnLead(house, id, { reason: '' }, rep)).rejects.toMatchObject({ id: 'reason_required' })
    await returnLead(house, id, { reason: '今年没有预算' }, rep)
    const lead = await standing(house, id)
    expect(lead).toMatchObject({ stage: 'MAL', desk: 'nurture', owner: null, recycleCount: 1 })
    expect(lead.coolUntil && lead.coolUntil > clock.now()).toBe(true)
    expect(await db.query("SELECT recipient FROM messages WHERE lead_id = $1 AND key LIKE 'returned:%'", [id])).toEqual(
      [{ recipient: 'WangMin' }],
    )
  })

  it('lets nobody else do it', async () => {
    const { id, rep, offerId } = await offered()
    await answerOffer(house, { offerId, by: rep, answer: 'accept' })
    const other = Object.values(reps).find(({ id: one }) => one !== rep.id) as Actor
    await expect(returnLead(house, id, { reason: 'x' }, other)).rejects.toMatchObject({ status: 403 })
    await expect(advanceLead(house, id, { to: 'SQL' }, other)).rejects.toMatchObject({ status: 403 })
  })
})

describe('a lead without a holder', () => {
  it('is offered again after a crash between the verdict and the offer, once', async () => {
    const { id, offerId } = await offered()
    await db.query('DELETE FROM messages WHERE lead_id = $1', [id])
    await db.query('DELETE FROM offers WHERE id = $1', [offerId])
    await Promise.all([placeUnheld(house), placeUnheld(house)])
    expect((await offers(id)).map(({ state }) => state)).toEqual(['open'])
  })
})
