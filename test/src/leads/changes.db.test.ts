import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { systemActor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { wantLiveCode } from '../../../src/codes/make.ts'
import type { Db } from '../../../src/db.ts'
import { setConsent } from '../../../src/leads/consent.ts'
import { askStageByTag, move } from '../../../src/leads/move.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { openLeads } from '../../../src/leads/open.ts'
import { readLead } from '../../../src/leads/read.ts'
import { putTags, takeTags } from '../../../src/leads/tags.ts'
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
  const opened = await testDatabase({ poolSize: 24 })
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
  await addStaff(house, 'Intern', [])
})

let serial = 0
const tagsOf = (id: string) =>
  db.query<{ name: string; by: string; rule: string | null }>(
    'SELECT t.name, lt.by, lt.rule FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id WHERE lead_id = $1 ORDER BY t.name',
    [id],
  )
const history = (id: string) =>
  db.query<{ seq: number; from: string | null; to: string }>(
    `SELECT seq, from_stage || '@' || from_desk AS "from", to_stage || '@' || to_desk AS "to" FROM stage_changes WHERE lead_id = $1 ORDER BY seq`,
    [id],
  )

describe('tags', () => {
  const put = (leadId: string, group: string, name: string, by = 'api', rule?: string) =>
    db.transaction((tx) => putTags(tx, house, [{ leadId, group, name, by, rule }]))

  it('say who put them and by which rule, and keep saying it when they are put again', async () => {
    const id = await openLead(house)
    await put(id, '需求', '降本', 'rule:need', 'need')
    await put(id, '需求', '提效', 'wecom:LiLei')
    await put(id, '需求', '降本', 'SunLi')
    expect(await tagsOf(id)).toEqual([
      { name: '提效', by: 'wecom:LiLei', rule: null },
      { name: '降本', by: 'rule:need', rule: 'need' },
    ])
  })

  it('of an exclusive group are one, the last; of the others as many as there are', async () => {
    const id = await openLead(house)
    for (const name of ['纺织服装', '装备制造', '电子电器']) await put(id, '行业', name)
    await db.transaction((tx) =>
      putTags(tx, house, [
        { leadId: id, group: '职位', name: '采购', by: 'api' },
        { leadId: id, group: '职位', name: '高层', by: 'api' },
      ]),
    )
    expect((await tagsOf(id)).map(({ name }) => name)).toEqual(['电子电器', '高层'])
  })

  it('of an exclusive group stay one when ten put ten at once', async () => {
    const id = await openLead(house)
    await put(id, '行业', '旧')
    await Promise.all(Array.from({ length: 10 }, (_, n) => put(id, '行业', `行业 ${n}`)))
    expect(await tagsOf(id)).toHaveLength(1)
  })

  it('are brought to every living relation of the person, once for many changes', async () => {
    const id = await openLead(house)
    await befriend(house, id, 'LiLei', `wm-tag-${id}`)
    const wish = async () =>
      (await db.query<{ at: Date | null }>('SELECT wish_at AS at FROM follows WHERE lead_id = $1', [id]))[0]?.at
    await put(id, '需求', '降本')
    const first = await wish()
    clock.advance(1_000)
    await db.transaction((tx) => takeTags(tx, house, [{ leadId: id, group: '需求', name: '降本', by: 'api' }]))
    expect(first).not.toBeNull()
    expect(await wish()).toEqual(first)
  })

  it('that came along with a scan are not put back when the scan is told again', async () => {
    const code = await db.transaction((tx) =>
      wantLiveCode(tx, house, {
        kind: 'live',
        name: '展会',
        staff: ['LiLei'],
        tags: [{ group: '行业', name: '模具注塑' }],
        by: 'SunLi',
      }),
    )
    const arrival = {
      identities: [{ kind: 'externalUserId' as const, value: 'wm-scan-again' }],
      source: { kind: 'live_code', state: code.state },
      key: 'scan-once',
    }
    const id = await openLead(house, arrival)
    await put(id, '行业', '食品包装', 'SunLi')
    await openLead(house, arrival)
    expect((await tagsOf(id)).map(({ name }) => name)).toEqual(['食品包装'])
  })
})

describe('a code of one person', () => {
  const codeFor = (leadId: string) =>
    db.transaction((tx) =>
      wantLiveCode(tx, house, { kind: 'handover', name: 'x', staff: ['LiLei'], leadId, by: 'system' }),
    )

  it('that he hands on makes nobody else him', async () => {
    const customer = { kind: 'externalUserId' as const, value: `wm-code-${++serial}` }
    const colleague = { kind: 'externalUserId' as const, value: `wm-code-${++serial}` }
    const id = await openLead(house, { identities: [customer] })
    const { state } = await codeFor(id)
    const source = { kind: 'live_code', state }
    const other = await openLead(house, { identities: [colleague], source })
    expect(other).not.toBe(id)
    expect(await openLead(house, { identities: [customer], source })).toBe(id)
    expect(await openLead(house, { identities: [colleague], source: null })).toBe(other)
    expect((await standing(house, id)).mergedInto).toBeNull()
  })

  it('is his alone also when he and another come through it in one breath', async () => {
    const form = await openLead(house, { identities: [{ kind: 'mobile', value: '13400000001' }] })
    const { state } = await codeFor(form)
    const come = (value: string) => ({
      identities: [{ kind: 'externalUserId' as const, value }],
      source: { kind: 'live_code', state },
      at: clock.now(),
      by: 'wecom',
      key: `breath-${value}`,
    })
    const opened = await db.transaction((tx) => openLeads(tx, house, [come('wm-breath-1'), come('wm-breath-2')]))
    expect(opened[0]?.leadId).toBe(form)
    expect(opened[1]?.leadId).not.toBe(form)
  })

  it('finds him who was added a moment before, in the same batch, by an ordinary add', async () => {
    const form = await openLead(house, { identities: [{ kind: 'mobile', value: '13400000002' }] })
    const { state } = await codeFor(form)
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-same-batch' }]
    const base = { identities, at: clock.now(), by: 'wecom' }
    const opened = await db.transaction((tx) =>
      openLeads(tx, house, [
        { ...base, source: { kind: 'wecom' }, key: 'sb-1' },
        { ...base, source: { kind: 'live_code', state }, key: 'sb-2' },
      ]),
    )
    expect(opened.map(({ leadId }) => leadId)).toEqual([form, form])
    expect(await openLead(house, { identities, source: null })).toBe(form)
  })
})

describe('consent', () => {
  it('withdrawn takes back marketing that was planned, at once, and leaves notices and answers alone', async () => {
    const id = await openLead(house)
    await befriend(house, id, 'LiLei', `wm-consent-${id}`)
    const say = (purpose: 'marketing' | 'handover') =>
      db.transaction((tx) =>
        plan(tx, house, {
          key: `${purpose}-${id}`,
          leadId: id,
          purpose,
          text: '您好',
          channel: 'group-send',
          by: 'SunLi',
          personal: true,
        }),
      )
    const [marketing, handover] = [await say('marketing'), await say('handover')]
    await db.transaction((tx) =>
      setConsent(tx, house, { leadId: id, purpose: 'marketing', granted: false, source: 'api', by: 'api' }),
    )
    const states = await db.query<{ id: string; state: string }>('SELECT id, state FROM messages WHERE lead_id = $1', [
      id,
    ])
    expect(new Map(states.map((one) => [one.id, one.state]))).toEqual(
      new Map([
        [marketing.id, 'cancelled'],
        [handover.id, handover.state],
      ]),
    )
    expect((await say('marketing')).state).toBe('cancelled')
    const again = await db.transaction((tx) =>
      plan(tx, house, {
        key: `again-${id}`,
        leadId: id,
        purpose: 'marketing',
        text: '您好',
        by: 'SunLi',
        personal: true,
      }),
    )
    expect(again).toMatchObject({ state: 'refused', reason: { id: 'opted_out' } })
  })

  it('given again holds again; every word of it is kept', async () => {
    const id = await openLead(house)
    for (const granted of [true, false, true])
      await db.transaction((tx) =>
        setConsent(tx, house, { leadId: id, purpose: 'marketing', granted, source: 'form', by: 'api' }),
      )
    expect((await readLead(house, id)).marketing).toBe('granted')
    expect(await db.query('SELECT granted FROM consents WHERE lead_id = $1 ORDER BY id', [id])).toEqual([
      { granted: true },
      { granted: false },
      { granted: true },
    ])
  })
})

describe('a move', () => {
  it('of one lead by twenty at once leaves a history without a gap, and one who moved it', async () => {
    const id = await openLead(house)
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        n % 2
          ? giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need' }, wang)
          : db.transaction((tx) => move(tx, house, { leadId: id, on: 'nominate', actor: systemActor })),
      ),
    )
    for (const one of all)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 409, id: 'illegal_move' })
    const steps = await history(id)
    expect(steps.map(({ seq }) => seq)).toEqual(steps.map((_, n) => n + 1))
    for (const [n, step] of steps.entries()) expect(step.from).toBe(steps[n - 1]?.to ?? null)
    const { stage, desk, version } = await standing(house, id)
    expect(`${stage}@${desk}`).toBe(steps.at(-1)?.to)
    expect(steps.length).toBe(1 + all.filter(({ status }) => status === 'fulfilled').length)
    expect(version).toBe(steps.length)
  })

  it('that names the version it saw is one, whoever else names it too', async () => {
    const id = await openLead(house)
    const { version } = await standing(house, id)
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need', version }, wang)),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ id: 'stale_version' })
  })

  it('by somebody who may not is refused, and nothing of it stays', async () => {
    const id = await openLead(house)
    const before = await standing(house, id)
    const actor = { id: 'Intern', roles: [] }
    await expect(db.transaction((tx) => move(tx, house, { leadId: id, on: 'nominate', actor }))).rejects.toMatchObject({
      status: 403,
      id: 'edge_forbidden',
    })
    expect(await standing(house, id)).toEqual(before)
    expect(await history(id)).toHaveLength(1)
  })
})

describe('a stage tag put by hand', () => {
  const ask = (leadId: string, stage: string, userid: string) =>
    db.transaction((tx) => askStageByTag(tx, house, { leadId, stage, userid }))
  const wished = async (id: string) =>
    (
      await db.query<{ wish: string | null; at: Date | null }>(
        'SELECT stage_wish AS wish, wish_at AS at FROM follows WHERE lead_id = $1',
        [id],
      )
    )[0]

  it('moves the lead in the name of who put it, where the rules allow it', async () => {
    const id = await openLead(house)
    expect(await ask(id, 'MQL', 'wangmin')).toBe(true)
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'sales' })
    const [step] = await db.query<{ actor: string; reason: string; rule: string }>(
      'SELECT actor, reason, rule FROM stage_changes WHERE lead_id = $1 AND seq = 2',
      [id],
    )
    expect(step).toMatchObject({ reason: 'other', rule: 'stage-tag' })
  })

  it.each([
    ['skips stages', 'CUSTOMER', 'WangMin'],
    ['is put by somebody without the role', 'MQL', 'Intern'],
    ['is put by somebody we never met', 'MQL', 'nobody'],
  ])('moves nothing when it %s, and the right tag comes back', async (_name, stage, userid) => {
    const id = await openLead(house)
    await befriend(house, id, 'LiLei', `wm-stage-${++serial}`)
    expect(await ask(id, stage, userid)).toBe(false)
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'nurture' })
    expect(await wished(id)).toMatchObject({ wish: 'MAL' })
    expect((await wished(id))?.at).not.toBeNull()
  })

  it('that says what is so already changes nothing', async () => {
    const id = await openLead(house)
    expect(await ask(id, 'MAL', 'WangMin')).toBe(false)
    expect(await history(id)).toHaveLength(1)
  })
})

describe('an event', () => {
  it('of a kind whose name every object knows is kept and weighs nothing', async () => {
    const id = await openLead(house)
    for (const type of ['constructor', 'toString', '__proto__'])
      await db.transaction(async (tx) => {
        await noteEvents(tx, house, [{ leadId: id, type, at: clock.now(), key: `odd-${id}-${type}` }])
        await considerReview(tx, house, [id])
      })
    expect(await db.query('SELECT 1 FROM score_days WHERE lead_id = $1', [id])).toEqual([])
    expect(await db.query("SELECT 1 FROM timeline WHERE lead_id = $1 AND kind LIKE 'event:%'", [id])).toHaveLength(3)
  })

  it('of a person who came by several ways is judged by each of them', async () => {
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-ways' }]
    const at = clock.now()
    const ways = [
      { kind: 'live_code', state: 's' },
      { kind: 'wecom', state: null },
    ]
    const opened = await db.transaction((tx) =>
      openLeads(
        tx,
        house,
        ways.map((source, n) => ({
          identities,
          source,
          at: new Date(at.getTime() + n * 1_000),
          by: 'wecom',
          key: `ways-${n}`,
        })),
      ),
    )
    const id = opened[0]?.leadId as string
    await db.transaction((tx) => considerReview(tx, house, [id]))
    expect(await standing(house, id)).toMatchObject({
      desk: 'review',
      firstSource: { kind: 'live_code' },
      lastSource: { kind: 'wecom' },
    })
  })
})
