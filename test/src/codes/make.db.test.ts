import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LiveCodeWish, makeLiveCode, wantLiveCode } from '../../../src/codes/make.ts'
import { listLiveCodes } from '../../../src/codes/read.ts'
import { type Corp, corp } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'
import { openLead } from '../../support/people.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(1)
})
beforeEach(() => here.sandbox.setFaults({ preset: 'calm' }))

const want = (more: Partial<LiveCodeWish> = {}) =>
  here.db.transaction((tx) =>
    wantLiveCode(tx, here.house, { kind: 'live', name: '展会 A', staff: ['LiLei'], by: 'SunLi', ...more }),
  )
const ways = (state: string) => here.sandbox.world.contactWays.filter((way) => way.state === state)
const fault = (more: { errcode?: number; drop?: 'before' | 'after' }) =>
  here.sandbox.setFaults({ api: [{ path: 'externalcontact/add_contact_way', count: 1, ...more }] })

describe('a live code', () => {
  it('has a short unguessable state and a contact way that hands it back', async () => {
    const one = await want({ name: '一个名字，长过企业微信允许的三十个字符，所以只留下前面的三十个字符' })
    const made = await makeLiveCode(here.house, one.id)
    expect(one.state).toMatch(/^lc_[0-9A-Za-z]{16}$/)
    expect(made).toMatchObject({
      id: one.id,
      state: one.state,
      configId: expect.any(String),
      qrCode: expect.stringMatching(/^http/),
    })
    expect(ways(one.state)).toMatchObject([{ type: 2, scene: 2, skip_verify: true, user: ['LiLei'] }])
    const team = await want({ staff: ['LiLei', 'HanMeimei', 'lilei'] })
    await makeLiveCode(here.house, team.id)
    expect(ways(team.state)[0]).toMatchObject({ type: 2, user: expect.arrayContaining(['HanMeimei']) })
    expect(ways(team.state)[0]?.user).toHaveLength(2)
    await expect(want({ staff: [] })).rejects.toMatchObject({ status: 422 })
  })

  it('is made once, however many ask at the same time', async () => {
    const { id, state } = await want()
    const made = await Promise.all(Array.from({ length: 5 }, () => makeLiveCode(here.house, id)))
    expect(new Set(made.map((one) => one.configId)).size).toBe(1)
    expect(ways(state)).toHaveLength(1)
  })

  it('is looked for before another is made when nobody knows what became of the call', async () => {
    const { id, state } = await want()
    await fault({ drop: 'after' })
    await expect(makeLiveCode(here.house, id)).rejects.toMatchObject({ name: 'RetryLater' })
    expect(ways(state)).toHaveLength(1)
    await makeLiveCode(here.house, id)
    expect(ways(state)).toHaveLength(1)
    const lost = await want()
    await here.db.query("UPDATE live_codes SET made = 'unknown' WHERE id = $1", [lost.id])
    await makeLiveCode(here.house, lost.id)
    expect(ways(lost.state)).toHaveLength(1)
  })

  it('is made by the job when whoever wanted it could not', async () => {
    const { id, state } = await want()
    await fault({ drop: 'before' })
    await expect(makeLiveCode(here.house, id)).rejects.toMatchObject({ name: 'RetryLater' })
    const { state: forgotten } = await want()
    await here.work('make-live-codes')
    expect([...ways(state), ...ways(forgotten)]).toEqual([])
    here.clock.advance(11_000)
    await here.work('make-live-codes')
    expect(ways(state)).toHaveLength(1)
    expect(ways(forgotten)).toHaveLength(1)
  })

  it('says why WeCom refuses, and does not ask again at once', async () => {
    const { id } = await want()
    await fault({ errcode: 41054 })
    await expect(makeLiveCode(here.house, id)).rejects.toMatchObject({ reason: 'wecom_41054' })
    expect(await makeLiveCode(here.house, id)).toMatchObject({ qrCode: null })
    expect((await listLiveCodes(here.db)).find((code) => code.id === id)).toMatchObject({
      made: 'failed',
      madeError: expect.stringContaining('激活'),
    })
    here.clock.advance(601_000)
    expect(await makeLiveCode(here.house, id)).toMatchObject({ configId: expect.any(String) })
  })

  it('of a lead is one, however often it is wanted, and whoever comes through it is that lead', async () => {
    const leadId = await openLead(here.house, {
      identities: [{ kind: 'mobile', value: '13711112222' }],
      source: { kind: 'form' },
    })
    const join = () => want({ kind: 'join', leadId, staff: ['HanMeimei'] })
    const [one, two] = await Promise.all([join(), join()])
    expect(one).toEqual(two)
    expect(one.state).toMatch(/^jn_/)
    await makeLiveCode(here.house, one.id)
    const { external_userid: id } = await here.sandbox.customerScans({ name: '填表的人', state: one.state })
    await here.settle()
    expect((await here.lead(id)).id).toBe(leadId)
  })

  it('is listed newest first, page by page', async () => {
    const all = await listLiveCodes(here.db, { limit: 200 })
    const first = await listLiveCodes(here.db, { limit: 3 })
    const last = first.at(-1)
    const rest = await listLiveCodes(here.db, { limit: 200, ...(last ? { before: last } : {}) })
    expect([...first, ...rest]).toEqual(all)
    expect(all.every((code) => code.kind === 'live')).toBe(true)
  })
})
