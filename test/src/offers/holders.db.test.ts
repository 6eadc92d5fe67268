import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { makeLiveCodes } from '../../../src/codes/make.ts'
import type { Db } from '../../../src/db.ts'
import { staffLeft } from '../../../src/mirror/staff.ts'
import { answerOffer, lapseOffers } from '../../../src/offers/answer.ts'
import { advanceLead } from '../../../src/offers/give-back.ts'
import { introduce } from '../../../src/offers/introduce.ts'
import { placeUnheld } from '../../../src/offers/place.ts'
import { previewOffer } from '../../../src/offers/preview.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { reRoute } from '../../../src/transfers/re-route.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead, standing } from '../../support/people.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
let wang: Actor
const reps: Record<string, Actor> = {}
const clock = movableClock(thursdayMorning)
const hour = 3_600_000

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  fake = await fakeWecom()
  house = await testHouse({ db: opened, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'ChenJing', ['manager'])
  for (const name of ['HanMeimei', 'LiLei', 'ZhangWei']) reps[name] = await addStaff(house, name, ['sales'])
  await house.playbook.change({ routing: { newPerDay: 1000 } }, 'test')
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  fake.reset()
  fake.script('externalcontact/add_contact_way', { errcode: 0, config_id: 'cfg', qr_code: 'https://wework.qpic.cn/qr' })
  await db.query('UPDATE staff SET active = true, in_scope = true, absent_until = NULL, capacity = NULL')
  await db.query("UPDATE offers SET state = 'cancelled' WHERE state = 'open'")
  await db.query('UPDATE offers SET introduced_at = now() WHERE introduced_at IS NULL')
  await db.query("UPDATE leads SET owner = 'nobody' WHERE desk = 'sales'")
  await db.query('UPDATE live_codes SET make_at = NULL')
})

const offers = (id: string) =>
  db.query<{ id: string; userid: string; state: string; why: { userid: string; fits: boolean; note: string }[] }>(
    'SELECT id, userid, state, why FROM offers WHERE lead_id = $1 ORDER BY round, offered_at',
    [id],
  )
const judged = async () => {
  const id = await openLead(house)
  await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
  return id
}
const accepted = async (friend = false) => {
  const id = await openLead(house)
  if (friend) await befriend(house, id, 'LiLei', `wm-${id}`)
  await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
  const [offer] = await offers(id)
  const rep = reps[offer?.userid ?? ''] as Actor
  await answerOffer(house, { leadId: id, by: rep, answer: 'accept' })
  return { id, rep }
}
const messages = (id: string, words: string) =>
  db.query<{ recipient: string; text: string }>(
    "SELECT recipient, body ->> 'text' AS text FROM messages WHERE lead_id = $1 AND content_id = $2",
    [id, words],
  )
const gone = async (userid: string) => {
  await db.transaction((tx) => staffLeft(tx, house, userid))
  for (let turns = 0; turns < 2; turns++) {
    await lapseOffers(house)
    await reRoute(house)
    await placeUnheld(house)
  }
}
const only = (...userids: string[]) =>
  db.query("UPDATE staff SET absent_until = $2 WHERE 'sales' = ANY(roles) AND userid <> ALL($1)", [
    userids,
    new Date(clock.now().getTime() + 30 * 24 * hour),
  ])

describe('the introduction of a rep who accepted', () => {
  it('gives him his own code and the customer a line, once', async () => {
    const { id, rep } = await accepted()
    for (let turns = 0; turns < 3; turns++) await introduce(house)
    expect(fake.of('externalcontact/add_contact_way')).toHaveLength(1)
    expect(fake.of('externalcontact/add_contact_way')[0]?.body).toMatchObject({
      user: [rep.id],
      state: expect.stringMatching(/^ho_/),
    })
    expect(await messages(id, 'offer-accepted')).toEqual([
      { recipient: rep.id, text: expect.stringContaining('https://wework.qpic.cn/qr') },
    ])
    expect(await messages(id, 'introduction')).toHaveLength(1)
  })

  it('to a customer who is his friend already is only the brief', async () => {
    const { id } = await accepted(true)
    await introduce(house)
    expect(fake.of('externalcontact/add_contact_way')).toEqual([])
    expect(await messages(id, 'offer-accepted')).toEqual([
      { recipient: 'LiLei', text: expect.not.stringContaining('名片码') },
    ])
    expect(await messages(id, 'introduction')).toEqual([])
  })

  it('waits while WeCom is away, holds up nobody else’s, and is made when WeCom is back', async () => {
    fake.script('externalcontact/add_contact_way', { errcode: -1, errmsg: 'system busy' })
    const waiting = await accepted()
    clock.advance(1_000)
    const friend = await accepted(true)
    await introduce(house)
    await introduce(house)
    expect(await messages(waiting.id, 'offer-accepted')).toEqual([])
    expect(await messages(friend.id, 'offer-accepted')).toHaveLength(1)
    fake.script('externalcontact/add_contact_way', {
      errcode: 0,
      config_id: 'cfg',
      qr_code: 'https://wework.qpic.cn/late',
    })
    clock.advance(hour)
    await makeLiveCodes(house)
    await introduce(house)
    expect(await messages(waiting.id, 'offer-accepted')).toEqual([
      { recipient: waiting.rep.id, text: expect.stringContaining('https://wework.qpic.cn/late') },
    ])
    expect(await messages(waiting.id, 'introduction')).toHaveLength(1)
  })

  it('is the brief alone when WeCom will never make the code', async () => {
    fake.script('externalcontact/add_contact_way', { errcode: 40096, errmsg: 'invalid external userid' })
    const { id, rep } = await accepted()
    await introduce(house)
    await introduce(house)
    expect(await messages(id, 'offer-accepted')).toEqual([
      { recipient: rep.id, text: expect.not.stringContaining('http') },
    ])
    expect(await messages(id, 'introduction')).toEqual([])
  })

  it('is not given for a lead that has gone on to somebody else', async () => {
    const { id, rep } = await accepted()
    await db.query('UPDATE leads SET owner = $2 WHERE id = $1', [id, Object.keys(reps).find((name) => name !== rep.id)])
    await introduce(house)
    expect(await messages(id, 'offer-accepted')).toEqual([])
    expect(await messages(id, 'introduction')).toEqual([])
  })
})

describe('a rep who leaves', () => {
  it('gives what he was offered to the next at once', async () => {
    const id = await judged()
    const [first] = await offers(id)
    await gone(first?.userid ?? '')
    const all = await offers(id)
    expect(all.map(({ state }) => state)).toEqual(['lapsed', 'open'])
    expect(all[1]?.userid).not.toBe(first?.userid)
  })

  it.each([
    ['leaves our sight', false, true],
    ['is put out of service', true, false],
  ])('gives what he holds to the next when he %s', async (_name, inScope, active) => {
    const { id, rep } = await accepted()
    await advanceLead(house, id, { to: 'SQL' }, rep)
    await db.query('UPDATE staff SET in_scope = $2, active = $3 WHERE userid = $1', [rep.id, inScope, active])
    await reRoute(house)
    expect(await standing(house, id)).toMatchObject({ stage: 'SQL', desk: 'sales', owner: null })
    const open = (await offers(id)).filter(({ state }) => state === 'open')
    expect(open).toHaveLength(1)
    expect(open[0]?.userid).not.toBe(rep.id)
  })

  it('with nobody after him leaves his SQL to the review desk, where a person sees it, with its stage', async () => {
    const { id, rep } = await accepted()
    await advanceLead(house, id, { to: 'SQL' }, rep)
    await only(rep.id)
    await gone(rep.id)
    expect(await standing(house, id)).toMatchObject({ stage: 'SQL', desk: 'review', owner: null })
    expect(await db.query('SELECT why FROM review_queue WHERE lead_id = $1', [id])).toMatchObject([
      { why: [{ rule: 'unplaced', text: expect.stringContaining('休假中') }] },
    ])
    expect(await messages(id, 'escalation')).toHaveLength(1)
    await db.query('UPDATE staff SET absent_until = NULL')
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
    expect(await standing(house, id)).toMatchObject({ stage: 'SQL', desk: 'sales' })
    expect((await offers(id)).at(-1)?.state).toBe('open')
  })
})

describe('a lead that nobody can take', () => {
  it('and the rules know no way for stays, is told once, and is offered as soon as somebody can', async () => {
    await house.playbook.change(
      {
        edges: (await house.playbook.current()).playbook.edges.map((edge) =>
          edge.on === 'unplaced' ? { ...edge, from: ['MAL@sales'] } : edge,
        ),
      },
      'test',
    )
    await only()
    const id = await judged()
    const other = await openLead(house)
    await befriend(house, other, 'LiLei', `wm-other-${other}`)
    for (let turns = 0; turns < 3; turns++) {
      clock.advance(30_000)
      await placeUnheld(house)
    }
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'sales', owner: null })
    expect(await messages(id, 'escalation')).toHaveLength(1)
    expect(
      await db.query("SELECT 1 FROM timeline WHERE lead_id = $1 AND data ->> 'state' = 'unplaced'", [id]),
    ).toHaveLength(1)
    await db.query('UPDATE staff SET absent_until = NULL')
    await placeUnheld(house)
    expect((await offers(id)).map(({ state }) => state)).toEqual(['open'])
  })

  it('holds up nobody behind it', async () => {
    const [bad, good] = [await judged(), await judged()]
    await db.query("UPDATE offers SET state = 'cancelled' WHERE lead_id = ANY($1)", [[bad, good]])
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
    await placeUnheld({ ...house, db: stumbles })
    expect((await offers(good)).at(-1)?.state).toBe('open')
    expect((await offers(bad)).at(-1)?.state).toBe('cancelled')
  })
})

describe('who is offered a lead', () => {
  it('has room, is not away, and why the others were not is kept with the offer', async () => {
    await db.query("UPDATE staff SET capacity = 0 WHERE userid = 'HanMeimei'")
    await db.query("UPDATE staff SET absent_until = $1 WHERE userid = 'ZhangWei'", [
      new Date(clock.now().getTime() + hour),
    ])
    const id = await openLead(house)
    const preview = await previewOffer(house, {
      id,
      industry: null,
      region: null,
      company: null,
      title: null,
      stage: 'MQL',
    })
    expect(preview).toMatchObject({ userid: 'LiLei', note: '唯一可接的人' })
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
    const [offer] = await offers(id)
    expect(offer?.userid).toBe('LiLei')
    const notes = Object.fromEntries((offer?.why ?? []).map(({ userid, note }) => [userid, note]))
    expect(notes).toMatchObject({ HanMeimei: '在手 0/0，已满', ZhangWei: '休假中', LiLei: '唯一可接的人' })
  })

  it('is back in turn when his leave is over', async () => {
    await only('ZhangWei')
    await db.query("UPDATE staff SET absent_until = $1 WHERE userid = 'LiLei'", [
      new Date(clock.now().getTime() + hour),
    ])
    expect((await offers(await judged()))[0]?.userid).toBe('ZhangWei')
    clock.advance(hour)
    await db.query("UPDATE staff SET absent_until = $1 WHERE userid = 'ZhangWei'", [
      new Date(clock.now().getTime() + hour),
    ])
    expect((await offers(await judged()))[0]?.userid).toBe('LiLei')
  })
})

describe('a pressed card', () => {
  const card = (offerId: string, code: string) => ({ taskId: `offer-${offerId}`, responseCode: code })
  const keep = (offerId: string, userid: string) =>
    db.query(
      "INSERT INTO cards (task_id, offer_id, userid, response_code, sent_at) VALUES ($1, $2, $3, 'sent-code', now())",
      [`offer-${offerId}`, offerId, userid],
    )
  const shown = async (offerId: string) =>
    (
      await db.query<{ state: string; shows: unknown }>('SELECT state, shows FROM cards WHERE offer_id = $1', [offerId])
    )[0]

  it('of an offer that is over says how it ended, and the press is refused', async () => {
    const id = await judged()
    const [offer] = await offers(id)
    if (!offer) throw new Error('no offer')
    await keep(offer.id, offer.userid)
    clock.advance(31 * 60_000)
    await lapseOffers(house)
    await db.query("UPDATE cards SET state = 'updated' WHERE offer_id = $1", [offer.id])
    const press = {
      offerId: offer.id,
      by: reps[offer.userid] as Actor,
      answer: 'accept' as const,
      card: card(offer.id, 'rc-late'),
    }
    await expect(answerOffer(house, press)).rejects.toMatchObject({ status: 409, id: 'offer_closed' })
    expect(await shown(offer.id)).toEqual({ state: 'stale', shows: { text: '已超时，转给同事', code: 'rc-late' } })
    await db.query("UPDATE cards SET state = 'updated' WHERE offer_id = $1", [offer.id])
    await expect(answerOffer(house, press)).rejects.toMatchObject({ id: 'offer_closed' })
    expect(await shown(offer.id)).toMatchObject({ state: 'updated' })
  })

  it('whose key names no offer of ours is refused in words, not by a fault', async () => {
    await expect(answerOffer(house, { offerId: 'not-an-id', by: wang, answer: 'accept' })).rejects.toMatchObject({
      status: 404,
      id: 'offer_unknown',
    })
  })
})
