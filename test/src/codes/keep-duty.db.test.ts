import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CodeKind } from '../../../src/codes/carriers.ts'
import { archiveCode, changeCode } from '../../../src/codes/edit.ts'
import { keepDuty } from '../../../src/codes/keep-duty.ts'
import { makeLiveCode, wantLiveCode } from '../../../src/codes/make.ts'
import type { CodePlan } from '../../../src/codes/plan.ts'
import { countCodes, readLiveCode } from '../../../src/codes/read.ts'
import { type Corp, corp } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'
import { addStaff } from '../../support/people.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(1)
  await addStaff(here.house, 'Boss', ['admin'])
})
beforeEach(async () => {
  here.sandbox.setFaults({ preset: 'calm' })
  // Codes of the tests before are nobody's concern.
  await here.db.query('UPDATE live_codes SET archived_at = now(), duty_at = NULL WHERE archived_at IS NULL')
})

async function code(plan: CodePlan, { kind = 'live', staff = ['LiLei'] }: { kind?: CodeKind; staff?: string[] } = {}) {
  const wish = { kind, name: '展会', staff, plan, by: 'SunLi' }
  const { id, state } = await here.db.transaction((tx) => wantLiveCode(tx, here.house, wish))
  await makeLiveCode(here.house, id)
  return {
    id,
    state,
    /** Whom WeCom leads the next customer to. */
    held: () =>
      kind === 'link'
        ? here.sandbox.world.acquisition.links.find((link) => link.link_name === '展会')?.range.user_list
        : here.sandbox.world.contactWays.find((way) => way.state === state)?.user,
    row: () => readLiveCode(here.db, kind, id),
  }
}
const updates = () => here.sandbox.callsTo('externalcontact/update_contact_way').length
const scan = async (state: string, name = '来客') => {
  const scanned = await here.sandbox.customerScans({ name, state })
  await here.sandbox.idle()
  return scanned
}
const keep = () => here.work('keep-duty')
const at = (text: string) => here.clock.set(new Date(`${text}+08:00`))
const shifts: CodePlan = {
  slots: [
    { days: 'workdays', from: '09:00', to: '12:00', staff: ['LiLei'] },
    { days: 'workdays', from: '12:00', to: '18:00', staff: ['HanMeimei', 'ZhangWei'] },
    { days: 'fri', from: '22:00', to: '02:00', staff: ['LiuYang'] },
  ],
}

describe('who WeCom leads customers to', () => {
  it('changes at the edges of slots, over a weekend and past midnight, with one call each', async () => {
    at('2026-11-19T10:00')
    const { held } = await code(shifts, { staff: ['ChenJing'] })
    expect(held()).toEqual(['LiLei'])
    for (const [moment, people] of [
      ['2026-11-19T11:59', ['LiLei']],
      ['2026-11-19T12:00', ['HanMeimei', 'ZhangWei']],
      ['2026-11-19T18:00', ['ChenJing']],
      ['2026-11-20T23:00', ['LiuYang']],
      ['2026-11-21T01:59', ['LiuYang']],
      ['2026-11-21T02:00', ['ChenJing']],
      ['2026-11-22T12:00', ['ChenJing']],
      ['2026-11-23T09:00', ['LiLei']],
    ] as const) {
      at(moment)
      const before = updates()
      const told = held()
      await keep()
      await keep()
      expect([moment, held(), updates() - before]).toEqual([moment, people, String(told) === String(people) ? 0 : 1])
    }
  })

  it('is the backup once a limit is reached, counted with the add, and the first again the next day', async () => {
    at('2026-11-24T10:00')
    const { id, held, state, row } = await code({ limit: 2, backup: ['ZhaoQian'] })
    await scan(state)
    await here.work('dispatch-welcome', 'keep-duty')
    expect(held()).toEqual(['LiLei'])
    await scan(state)
    await here.work('dispatch-welcome')
    // The fact is committed with its consequence: whoever dies here leaves the code due.
    expect((await row()).dutyAt?.getTime()).toBeLessThanOrEqual(here.clock.now().getTime())
    await keep()
    expect(held()).toEqual(['ZhaoQian'])
    await scan(state)
    await here.work('dispatch-welcome')
    const counts = (await countCodes(here.house, [await row()])).get(id)
    expect(counts).toMatchObject({
      today: 3,
      total: 3,
      leads: 3,
      staff: [
        { userid: 'LiLei', today: 2, limit: 2 },
        { userid: 'ZhaoQian', today: 1 },
      ],
    })
    at('2026-11-25T00:00')
    await keep()
    expect(held()).toEqual(['LiLei'])
  })

  it('counts two who reach the limit at once, each once, however often their events are handled', async () => {
    at('2026-11-25T10:00')
    const { id, held, state, row } = await code({ limit: 2, backup: ['ZhaoQian'] })
    await scan(state, '甲')
    await scan(state, '乙')
    const rows = await here.db.query<{ id: number }>(
      "SELECT id FROM inbox WHERE state = 'received' AND lane = 'welcome'",
    )
    expect(rows.length).toBe(2)
    const job = here.house.shelves.jobs.get('dispatch-welcome')
    await Promise.all([job?.run(here.house), job?.run(here.house)])
    await here.work('dispatch-welcome')
    await here.db.query("UPDATE inbox SET state = 'received', worker = NULL WHERE id = ANY($1)", [
      rows.map((one) => one.id),
    ])
    await here.work('dispatch-welcome', 'keep-duty')
    expect((await countCodes(here.house, [await row()])).get(id)?.today).toBe(2)
    expect(held()).toEqual(['ZhaoQian'])
  })

  it('follows absences and leavers, whoever writes them down, and is never empty', async () => {
    at('2026-11-26T10:00')
    const { held, row } = await code({}, { staff: ['LiLei', 'ZhouTao'] })
    const absent = (userid: string, until: string | null) =>
      here.db.query('UPDATE staff SET absent_until = $2, updated_at = $3 WHERE userid = $1', [
        userid,
        until,
        here.clock.now(),
      ])
    await absent('LiLei', '2026-11-26T06:00:00Z')
    await keep()
    expect(held()).toEqual(['ZhouTao'])
    await here.sandbox.staffLeaves({ userid: 'ZhouTao' })
    await here.sandbox.idle()
    await here.work('dispatch-default', 'keep-duty')
    expect(held()).toEqual(['LiLei'])
    at('2026-11-26T14:00')
    await keep()
    expect((await row()).dutyWhy).toBe('staff')
    const before = updates()
    await here.db.query("UPDATE staff SET active = false, updated_at = $1 WHERE userid = 'LiLei'", [here.clock.now()])
    await keep()
    expect([held(), updates() - before]).toEqual([['LiLei'], 0])
    expect(await row()).toMatchObject({ dutyWhy: 'nobody', dutyError: expect.stringContaining('换人') })
    const told = await here.db.query(
      "SELECT 1 FROM messages WHERE recipient = 'Boss' AND body ->> 'text' LIKE '%展会%'",
    )
    expect(told).toHaveLength(1)
    await here.db.query("UPDATE staff SET active = true, updated_at = $1 WHERE userid = 'LiLei'", [here.clock.now()])
    await keep()
    expect(await row()).toMatchObject({ dutyWhy: 'staff', dutyError: null })
  })
})

describe('an update', () => {
  it('that nobody answered, or that was killed under way, is simply made again', async () => {
    at('2026-12-01T11:00')
    const { held, row } = await code(shifts)
    at('2026-12-01T12:00')
    here.sandbox.setFaults({ api: [{ path: 'externalcontact/update_contact_way', drop: 'after', count: 1 }] })
    await keep()
    expect((await row()).duty).toBeNull()
    // Another worker claims what is due, and dies before it has called.
    here.clock.advance(10_000)
    await here.db.query("UPDATE live_codes SET duty_until = $1 WHERE duty IS NULL AND made = 'made'", [
      new Date(here.clock.now().getTime() + 60_000),
    ])
    await keep()
    expect((await row()).duty).toBeNull()
    here.clock.advance(61_000)
    await keep()
    expect([held(), (await row()).duty]).toEqual([
      ['HanMeimei', 'ZhangWei'],
      ['HanMeimei', 'ZhangWei'],
    ])
  })

  it('in whose course a slot ends, or the plan is changed, is followed by another', async () => {
    at('2026-12-02T11:59:50')
    const { id, held } = await code({ ...shifts, backup: [] })
    await changeCode(here.house, 'live', id, { plan: { verify: true } })
    here.sandbox.setFaults({ api: [{ path: 'externalcontact/update_contact_way', slowMs: 300, count: 1 }] })
    const running = keepDuty(here.house)
    await expect.poll(() => here.sandbox.calls.at(-1)?.path, { timeout: 5_000 }).toBeDefined()
    at('2026-12-02T12:00')
    await changeCode(here.house, 'live', id, { name: '展会二' })
    await running
    await keep()
    expect(held()).toEqual(['HanMeimei', 'ZhangWei'])
    const way = here.sandbox.world.contactWays.at(-1)
    expect([way?.remark, way?.skip_verify]).toEqual(['展会二', false])
  })

  it('that WeCom refuses keeps what stands there, says why, and is tried again later', async () => {
    at('2026-12-03T11:00')
    const { held, row } = await code(shifts)
    at('2026-12-03T12:00')
    here.sandbox.setFaults({ api: [{ path: 'externalcontact/update_contact_way', errcode: 41054, count: 1 }] })
    await keep()
    expect([held(), (await row()).dutyError]).toEqual([['LiLei'], expect.stringContaining('激活')])
    here.clock.advance(601_000)
    await keep()
    expect([held(), (await row()).dutyError]).toEqual([['HanMeimei', 'ZhangWei'], null])
  })

  it('repairs what somebody else changed in WeCom, and tells when the code was deleted there', async () => {
    at('2026-12-04T10:00')
    const { held, row, state } = await code(shifts)
    const way = here.sandbox.world.contactWays.find((one) => one.state === state)
    expect(way).toBeDefined()
    Object.assign(way ?? {}, { user: ['ZhaoQian'] })
    here.clock.advance(3_700_000)
    await here.work('check-codes', 'keep-duty')
    expect(held()).toEqual(['LiLei'])
    here.sandbox.world.contactWays = here.sandbox.world.contactWays.filter((one) => one.state !== state)
    here.clock.advance(3_700_000)
    await here.work('check-codes', 'keep-duty')
    expect(await row()).toMatchObject({ made: 'failed', madeError: expect.stringContaining('已被删除') })
  })
})

describe('an archived code', () => {
  it('adds nobody any more, also when nobody knew whether WeCom had made it', async () => {
    at('2026-12-05T10:00')
    const { id, held, row } = await code({})
    await archiveCode(here.house, 'live', id)
    await keep()
    expect([held(), (await row()).duty]).toEqual([undefined, []])
    await expect(changeCode(here.house, 'live', id, { name: 'x' })).rejects.toMatchObject({ id: 'live_code_archived' })
    const wish = { kind: 'live', name: '不明', staff: ['LiLei'], by: 'SunLi' } as const
    const lost = await here.db.transaction((tx) => wantLiveCode(tx, here.house, wish))
    here.sandbox.setFaults({ api: [{ path: 'externalcontact/add_contact_way', drop: 'after', count: 1 }] })
    await expect(makeLiveCode(here.house, lost.id)).rejects.toMatchObject({ name: 'RetryLater' })
    await archiveCode(here.house, 'live', lost.id)
    here.clock.advance(70_000)
    await here.work('make-live-codes', 'keep-duty')
    expect(here.sandbox.world.contactWays.filter((way) => way.state === lost.state)).toEqual([])
  })
})

describe('an acquisition link', () => {
  it('keeps the same hours, and is looked for by its name before another is made', async () => {
    at('2026-12-07T11:00')
    here.sandbox.setFaults({
      api: [{ path: 'externalcontact/customer_acquisition/create_link', drop: 'after', count: 1 }],
    })
    const wish = { kind: 'link', name: '展会', staff: ['LiLei'], plan: shifts, by: 'SunLi' } as const
    const { id, state } = await here.db.transaction((tx) => wantLiveCode(tx, here.house, wish))
    await expect(makeLiveCode(here.house, id)).rejects.toMatchObject({ name: 'RetryLater' })
    const made = await makeLiveCode(here.house, id)
    const [link, ...others] = here.sandbox.world.acquisition.links.filter((one) => one.link_name === '展会')
    expect([made.configId, others]).toEqual([link?.link_id, []])
    expect(made.qrCode).toBe(`${link?.url}?customer_channel=${state}`)
    expect(state).toMatch(/^lk_/)
    at('2026-12-07T12:00')
    await keep()
    expect(link?.range.user_list).toEqual(['HanMeimei', 'ZhangWei'])
    expect(link?.priority_option).toEqual({ priority_type: 1 })
  })

  it('joins its adds to leads by what it hands back, counts requests, and leads an old acquaintance to whom he knows', async () => {
    at('2026-12-08T13:00')
    const { id, state, row } = await code({ limit: 9 }, { kind: 'link', staff: ['ZhangWei', 'LiuYang'] })
    const linkId = (await row()).configId ?? ''
    const { external_userid: customer } = await here.sandbox.customerOpensAcquisitionLink({
      name: '点广告的人',
      linkId,
      channel: state,
    })
    await here.sandbox.idle()
    await here.work('dispatch-welcome', 'dispatch-default')
    const [touch] = await here.db.query<{ channel: string }>('SELECT channel FROM touches WHERE state = $1', [state])
    expect(touch?.channel).toBe('展会')
    expect((await countCodes(here.house, [await row()])).get(id)).toMatchObject({ today: 1, requests: 1, leads: 1 })
    const again = await here.sandbox.customerOpensAcquisitionLink({ customer, linkId, channel: state })
    expect(again).toMatchObject({ already: true })
    here.clock.advance(3_700_000)
    await here.work('check-codes')
    expect((await row()).figures).toMatchObject({ clicks: 2, customers: 1 })
  })

  it('has its quota watched: admins hear of each threshold once, and again after it was filled up', async () => {
    await code({}, { kind: 'link' })
    const { acquisition } = here.sandbox.world
    const heard = async () =>
      (
        await here.db.query<{ text: string }>(
          "SELECT body ->> 'text' AS text FROM messages WHERE recipient = 'Boss' AND body ->> 'text' LIKE '%获客助手%' ORDER BY created_at",
        )
      ).map(({ text }) => /\d+ 次|用完/.exec(text)?.[0])
    const look = async (balance: number) => {
      acquisition.balance = balance
      here.clock.advance(3_600_000)
      await here.work('watch-quota')
    }
    for (const balance of [500, 99, 80, 19, 18, 0, 0]) await look(balance)
    expect(await heard()).toEqual(['99 次', '19 次', '用完'])
    for (const balance of [300, 15]) await look(balance)
    expect((await heard()).slice(3)).toEqual(['15 次'])
  })
})
