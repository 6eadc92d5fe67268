import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { wantLiveCode } from '../../../src/codes/make.ts'
import type { Db } from '../../../src/db.ts'
import { readBrief } from '../../../src/leads/brief.ts'
import { setConsent } from '../../../src/leads/consent.ts'
import { mergeLeads, splitLead } from '../../../src/leads/merge.ts'
import { listMerged, previewMerge } from '../../../src/leads/merge-preview.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { readLead } from '../../../src/leads/read.ts'
import { readScoreLines } from '../../../src/leads/score-lines.ts'
import { putTags, takeTags } from '../../../src/leads/tags.ts'
import { readTimeline } from '../../../src/leads/timeline.ts'
import { plan } from '../../../src/messages/plan.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse
let wang: Actor
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
})

const merge = (winner: string, loser: string) => db.transaction((tx) => mergeLeads(tx, house, winner, loser, 'SunLi'))
const split = (loser: string) => db.transaction((tx) => splitLead(tx, house, loser, 'SunLi'))
const root = async (id: string) => (await db.query<{ root: string }>('SELECT lead_root($1) AS root', [id]))[0]?.root
let serial = 0
const note = (leadId: string, ...types: string[]) =>
  db.transaction(async (tx) => {
    const noted = await noteEvents(
      tx,
      house,
      types.map((type) => ({ leadId, type, at: clock.now(), key: `m-${++serial}` })),
    )
    await considerReview(
      tx,
      house,
      noted.map((one) => one.leadId),
    )
  })
const queue = async (id: string) =>
  (
    await db.query<{ handRaised: boolean; queuedAt: Date; dueAt: Date; why: { rule: string }[] }>(
      'SELECT hand_raised AS "handRaised", queued_at AS "queuedAt", due_at AS "dueAt", why FROM review_queue WHERE lead_id = $1',
      [id],
    )
  )[0]
/** A lead and all that hangs on its own row; versions and moments of change aside. */
const whole = async (id: string) => ({
  lead: (
    await db.query(
      'SELECT name, company, title, industry, region, size, attributes, stage, desk, owner, first_source, last_source, merged_into, automation, marketing, recycle_count, cool_until, stage_seq FROM leads WHERE id = $1',
      [id],
    )
  )[0],
  score: (
    await db.query('SELECT s, fit, fit_known, hand_raise_at, crosses_at FROM scores WHERE lead_id = $1', [id])
  )[0],
  days: await db.query('SELECT type, day, events, weight FROM score_days WHERE lead_id = $1 ORDER BY type', [id]),
  tags: await db.query('SELECT tag_id, by, rule, at FROM lead_tags WHERE lead_id = $1 ORDER BY tag_id', [id]),
  identities: await db.query('SELECT kind, key FROM identities WHERE lead_id = $1 ORDER BY kind, key', [id]),
  queue: await queue(id),
})

describe('two that are one', () => {
  it('speak through the winner along a chain of any length: identities, tags, story, score, relations', async () => {
    const [a, b, c] = [
      await openLead(house, { identities: [{ kind: 'mobile', value: '13500000001' }] }),
      await openLead(house, { identities: [{ kind: 'email', value: 'b@example.com' }] }),
      await openLead(house),
    ]
    await note(a, 'content_open', 'price_view')
    await note(b, 'content_read')
    await db.transaction((tx) => putTags(tx, house, [{ leadId: a, group: '需求', name: '降本', by: 'api' }]))
    await befriend(house, a, 'LiLei', `wm-chain-${a}`)
    await merge(b, a)
    await merge(c, b)
    expect(await root(a)).toBe(c)
    expect(await openLead(house, { identities: [{ kind: 'mobile', value: '13500000001' }], source: null })).toBe(c)
    const lead = await readLead(house, c)
    expect(lead.identities.map(({ kind }) => kind).sort()).toEqual(['email', 'externalUserId', 'mobile'])
    expect(lead.tags).toEqual([{ group: '需求', name: '降本' }])
    expect(lead.score.intent).toBe(2 + 12 + 5)
    expect((await readScoreLines(house, c)).intent.points).toBe(19)
    const story = await readTimeline(house, c, { after: null, limit: 50 })
    expect(new Set(story.map(({ leadId }) => leadId))).toEqual(new Set([a, b, c]))
    expect((await readBrief(house, c, wang)).follows).toMatchObject([{ userid: 'LiLei' }])
    await note(a, 'content_forward')
    expect((await readLead(house, c)).score.intent).toBe(27)
  })

  it('count one day of one kind within one cap', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    for (const id of [a, b]) await note(id, 'kf_message', 'kf_message')
    expect((await readLead(house, a)).score.intent).toBe(12)
    await merge(a, b)
    expect((await readLead(house, a)).score.intent).toBe(12)
  })

  it('know what either knew; what the winner knew stays', async () => {
    const winner = await openLead(house, { fields: { name: '王总', title: '采购经理', attributes: { x: 1 } } })
    const loser = await openLead(house, {
      fields: {
        name: '小王',
        company: '宁波精工',
        industry: '装备制造',
        size: '500',
        attributes: { x: 2, budget: '50万' },
      },
    })
    await merge(winner, loser)
    expect(await readLead(house, winner)).toMatchObject({
      name: '王总',
      company: '宁波精工',
      title: '采购经理',
      industry: '装备制造',
      size: '500',
    })
    expect((await db.query('SELECT attributes FROM leads WHERE id = $1', [winner]))[0]).toEqual({
      attributes: { x: 1, budget: '50万' },
    })
    // Fit is that of what is known now.
    expect((await db.query('SELECT fit, fit_known FROM scores WHERE lead_id = $1', [winner]))[0]).toEqual({
      fit: 25 + 20 + 25 + 12,
      fit_known: true,
    })
  })

  it('came first when the first of them came, and last when the last did', async () => {
    const at = (day: string) => new Date(`2026-11-${day}T00:00:00Z`)
    const winner = await openLead(house, { source: { kind: 'form', channel: '中' }, at: at('05') })
    const loser = await openLead(house, { source: { kind: 'form', channel: '早' }, at: at('01') })
    await openLead(house, {
      identities: [],
      leadId: loser,
      source: { kind: 'form', channel: '晚' },
      at: at('09'),
    })
    await merge(winner, loser)
    const { source } = await readLead(house, winner)
    expect([source.first?.channel, source.last?.channel]).toEqual(['早', '晚'])
  })

  it('are opted out when either is, whatever comes of the merge', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    const deny = (leadId: string) =>
      db.transaction((tx) =>
        setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'api', by: 'api' }),
      )
    await deny(b)
    await merge(a, b)
    expect((await readLead(house, a)).marketing).toBe('denied')
    await split(b)
    expect((await readLead(house, a)).marketing).toBe('denied')
    const c = await openLead(house)
    await merge(c, a)
    expect((await readLead(house, c)).marketing).toBe('denied')
  })

  it('end what was under way with the other: its offer, its card, its messages', async () => {
    const [winner, loser] = [await openLead(house), await openLead(house)]
    await befriend(house, loser, 'LiLei', `wm-under-${loser}`)
    await giveVerdict(house, loser, { verdict: 'mql', reason: 'x' }, wang)
    const message = await db.transaction((tx) =>
      plan(tx, house, {
        key: `p-${loser}`,
        leadId: loser,
        purpose: 'marketing',
        text: '您好',
        by: 'SunLi',
        personal: true,
      }),
    )
    expect(message.state).toBe('planned')
    await merge(winner, loser)
    expect(await db.query('SELECT state FROM offers WHERE lead_id = $1', [loser])).toEqual([{ state: 'cancelled' }])
    expect(await db.query('SELECT state, reason FROM messages WHERE id = $1', [message.id])).toEqual([
      { state: 'cancelled', reason: { id: 'cancelled', message: '线索已合并' } },
    ])
  })

  it('are shown beforehand what the merge then does; looking changes nothing, and who was merged is told until it is undone', async () => {
    const keep = await openLead(house, {
      identities: [{ kind: 'mobile', value: '13911112221' }],
      fields: { name: '甲' },
    })
    const other = await openLead(house, {
      identities: [{ kind: 'email', value: 'yi@example.com' }],
      fields: { name: '乙', company: '宁波精工', title: '采购' },
    })
    await note(other, 'content_open')
    await db.transaction((tx) => putTags(tx, house, [{ leadId: other, group: '需求', name: '降本', by: 'SunLi' }]))
    await db.transaction((tx) =>
      setConsent(tx, house, { leadId: other, purpose: 'marketing', granted: false, source: 'test', by: 'customer' }),
    )
    const before = [await whole(keep), await whole(other)]
    const preview = await previewMerge(house, keep, other)
    expect([await whole(keep), await whole(other)]).toEqual(before)
    expect(preview).toMatchObject({
      keep: { id: keep },
      other: { id: other },
      learns: [
        { field: 'company', value: '宁波精工' },
        { field: 'title', value: '采购' },
      ],
      brings: { identities: 1, tags: 1, aliases: 0 },
      optsOut: true,
    })
    const id = await merge(keep, other)
    const after = await readLead(house, keep)
    expect(after).toMatchObject({ name: '甲', company: '宁波精工', title: '采购', marketing: 'denied' })
    expect(after.identities).toHaveLength(2)
    expect(await listMerged(house, keep)).toMatchObject([{ id, leadId: other, name: '乙', by: 'SunLi' }])
    await expect(previewMerge(house, keep, keep)).rejects.toMatchObject({ status: 409, id: 'same_lead' })
    await split(other)
    expect(await listMerged(house, keep)).toEqual([])
  })

  it('cannot be merged twice, nor with themselves', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await merge(a, b)
    await expect(merge(a, b)).rejects.toMatchObject({ status: 409, id: 'same_lead' })
    await expect(merge(b, a)).rejects.toMatchObject({ id: 'same_lead' })
    await expect(merge(a, a)).rejects.toMatchObject({ id: 'same_lead' })
  })

  it('are one merge when twenty merge them at once, whichever way', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => (n % 2 ? merge(a, b) : merge(b, a))))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await root(a)).toBe(await root(b))
  })

  it('keep every point though one is merged while events of his arrive', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    const days = Array.from({ length: 12 }, (_, n) => new Date(clock.now().getTime() - n * 86_400_000))
    await Promise.all([
      merge(a, b),
      ...days.map((at) =>
        db.transaction((tx) =>
          noteEvents(tx, house, [{ leadId: b, type: 'content_open', at, key: `race-${b}-${at.toISOString()}` }]),
        ),
      ),
    ])
    const lines = await readScoreLines(house, a)
    expect((await readLead(house, a)).score.intent).toBe(Math.round(lines.intent.points))
  })
})

describe('a person who waits for a review', () => {
  it('still waits when he turns out to be somebody known', async () => {
    const friend = await openLead(house, { identities: [{ kind: 'externalUserId', value: 'wm-friend-1' }] })
    const form = await openLead(house, { identities: [{ kind: 'mobile', value: '13500000002' }] })
    await note(form, 'demo_request')
    const waited = await queue(form)
    clock.advance(600_000)
    const code = await db.transaction((tx) =>
      wantLiveCode(tx, house, { kind: 'join', name: 'x', staff: ['LiLei'], leadId: form, by: 'api' }),
    )
    await openLead(house, {
      identities: [{ kind: 'externalUserId', value: 'wm-friend-1' }],
      source: { kind: 'live_code', state: code.state },
    })
    expect(await standing(house, friend)).toMatchObject({ stage: 'MAL', desk: 'review' })
    expect(await queue(friend)).toMatchObject({ handRaised: true, queuedAt: waited?.queuedAt, dueAt: waited?.dueAt })
    expect(await queue(form)).toBeUndefined()
  })

  it('waits in the better of two places when both did', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await note(a, 'price_view', 'price_view', 'content_read', 'content_open')
    clock.advance(60_000)
    await note(b, 'demo_request')
    const [first, second] = [await queue(a), await queue(b)]
    await merge(a, b)
    expect(await queue(a)).toMatchObject({ handRaised: true, queuedAt: first?.queuedAt, dueAt: second?.dueAt })
  })

  it('is his owner’s when he turns out to be somebody being sold to', async () => {
    const sold = await openLead(house)
    await db.query("UPDATE leads SET stage = 'SQL', desk = 'sales', owner = 'LiLei' WHERE id = $1", [sold])
    const form = await openLead(house)
    await note(form, 'demo_request')
    await merge(sold, form)
    expect(await queue(sold)).toBeUndefined()
    expect(
      await db.query("SELECT recipient FROM messages WHERE lead_id = $1 AND content_id = 'hot-lead'", [sold]),
    ).toEqual([{ recipient: 'LiLei' }])
  })
})

describe('a split', () => {
  it('leaves both as they were: profile, sources, score, tags, identities, place in the queue', async () => {
    const winner = await openLead(house, { fields: { name: '王总' } })
    const loser = await openLead(house, {
      fields: { name: '小王', company: '宁波精工', industry: '装备制造', attributes: { budget: '50万' } },
      source: { kind: 'form', channel: '官网' },
      at: new Date('2026-10-01T00:00:00Z'),
    })
    await note(winner, 'content_open')
    await note(loser, 'content_read', 'demo_request')
    await db.transaction((tx) => putTags(tx, house, [{ leadId: loser, group: '行业', name: '装备制造', by: 'api' }]))
    const before = { winner: await whole(winner), loser: await whole(loser) }
    await db.query("UPDATE leads SET stage = 'SQL', desk = 'sales', owner = 'LiLei' WHERE id = $1", [winner])
    await merge(winner, loser)
    await split(loser)
    await db.query("UPDATE leads SET stage = 'MAL', desk = 'nurture', owner = NULL WHERE id = $1", [winner])
    expect({ winner: await whole(winner), loser: await whole(loser) }).toEqual(before)
  })

  it('takes nothing back that somebody has said anew since', async () => {
    const [a, b] = [await openLead(house), await openLead(house, { fields: { company: '宁波精工', title: '总监' } })]
    await merge(a, b)
    await db.query("UPDATE leads SET title = '厂长' WHERE id = $1", [a])
    await split(b)
    expect(await readLead(house, a)).toMatchObject({ company: null, title: '厂长' })
  })

  it('out of the middle of a chain keeps the others together, and takes back what went up the chain', async () => {
    const [a, b, c] = [
      await openLead(house, { fields: { company: '宁波精工' } }),
      await openLead(house),
      await openLead(house),
    ]
    await merge(b, a)
    await merge(c, b)
    expect((await standing(house, c)).company).toBe('宁波精工')
    await split(a)
    expect([await root(a), await root(b)]).toEqual([a, c])
    expect([(await standing(house, b)).company, (await standing(house, c)).company]).toEqual([null, null])
    await merge(a, c)
    await split(c)
    expect([await root(a), await root(b)]).toEqual([a, c])
  })

  it('is refused for a lead that was never merged, and for one that was split already', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await expect(split(a)).rejects.toMatchObject({ status: 409, id: 'not_merged' })
    await merge(a, b)
    await split(b)
    await expect(split(b)).rejects.toMatchObject({ id: 'not_merged' })
  })
})

describe('tags of two that are one', () => {
  const put = (leadId: string, name: string, group = '行业') =>
    db.transaction((tx) => putTags(tx, house, [{ leadId, group, name, by: 'api' }]))

  it('show one of an exclusive group: the winner’s own', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await put(a, '纺织服装')
    await put(b, '装备制造')
    await merge(a, b)
    expect((await readLead(house, a)).tags).toEqual([{ group: '行业', name: '纺织服装' }])
    await put(a, '电子电器')
    expect((await readBrief(house, a, wang)).tags).toMatchObject([{ name: '电子电器' }])
  })

  it('are taken off whoever wore them', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await put(b, '降本', '需求')
    await merge(a, b)
    await db.transaction((tx) => takeTags(tx, house, [{ leadId: a, group: '需求', name: '降本', by: 'api' }]))
    expect((await readLead(house, a)).tags).toEqual([])
  })
})
