import { beforeAll, describe, expect, it } from 'vitest'
import { wantLiveCode } from '../../../src/codes/make.ts'
import type { Db } from '../../../src/db.ts'
import { splitLead } from '../../../src/leads/merge.ts'
import { openLeads } from '../../../src/leads/open.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, shelves: { jobs: new Map() } })
})

const root = async (id: string) => (await db.query<{ root: string }>('SELECT lead_root($1) AS root', [id]))[0]?.root

describe('one person once', () => {
  it('finds the same lead by a mobile however it is written', async () => {
    const a = await openLead(house, { identities: [{ kind: 'mobile', value: '138 0000 0001' }] })
    expect(await openLead(house, { identities: [{ kind: 'mobile', value: '+86-13800000001' }] })).toBe(a)
    expect(
      await openLead(house, {
        identities: [
          { kind: 'mobile', value: '8613800000001' },
          { kind: 'email', value: 'A@B.com' },
        ],
      }),
    ).toBe(a)
    expect(await openLead(house, { identities: [{ kind: 'email', value: 'a@b.COM' }] })).toBe(a)
  })

  it('keeps mobiles and e-mails sealed: neither the number nor its digits stand in any column', async () => {
    await openLead(house, {
      identities: [
        { kind: 'mobile', value: '13912345678' },
        { kind: 'email', value: 'secret@example.com' },
      ],
    })
    const rows = await db.query<{ row: string }>('SELECT identities::text AS row FROM identities')
    expect(rows.filter(({ row }) => row.includes('13912345678') || row.includes('secret@example'))).toEqual([])
    expect(rows.some(({ row }) => row.includes('139****5678'))).toBe(true)
  })

  it('opens one lead for arrivals of one batch that share an identity', async () => {
    const at = house.clock.now()
    const opened = await db.transaction((tx) =>
      openLeads(tx, house, [
        {
          identities: [{ kind: 'externalUserId', value: 'wm-batch' }],
          source: { kind: 'wecom' },
          at,
          by: 't',
          key: 'b1',
        },
        {
          identities: [
            { kind: 'externalUserId', value: 'wm-batch' },
            { kind: 'unionid', value: 'u-batch' },
          ],
          source: { kind: 'wecom' },
          at,
          by: 't',
          key: 'b2',
        },
        { identities: [{ kind: 'unionid', value: 'u-batch' }], source: { kind: 'form' }, at, by: 't', key: 'b3' },
      ]),
    )
    expect(new Set(opened.map(({ leadId }) => leadId)).size).toBe(1)
    expect(opened.map(({ created }) => created)).toEqual([true, false, false])
  })

  it('ends in one lead when twenty processes open the same person at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        openLead(house, { identities: [{ kind: 'externalUserId', value: 'wm-race' }], key: `race-${n}` }),
      ),
    )
    const roots = new Set(await Promise.all(ids.map(root)))
    expect(roots.size).toBe(1)
    expect(
      await db.query('SELECT 1 FROM touches WHERE lead_id IN (SELECT lead_family($1))', [[...roots][0]]),
    ).toHaveLength(20)
  })

  it('files a suggestion, and merges nothing, when two identities belong to two leads', async () => {
    const a = await openLead(house, { identities: [{ kind: 'mobile', value: '13700000001' }] })
    const b = await openLead(house, { identities: [{ kind: 'externalUserId', value: 'wm-two' }] })
    const c = await openLead(house, {
      identities: [
        { kind: 'mobile', value: '13700000001' },
        { kind: 'externalUserId', value: 'wm-two' },
      ],
    })
    expect(c).toBe(b)
    expect(
      await db.query<{ why: unknown }>('SELECT why FROM merge_suggestions WHERE $1 IN (a, b) AND $2 IN (a, b)', [a, b]),
    ).toEqual([{ why: [{ kind: 'mobile', hint: '137****0001' }] }])
    expect((await standing(house, a)).mergedInto).toBeNull()
  })
})

describe('sources', () => {
  it('keeps first, last and every re-scan between', async () => {
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-src' }]
    const id = await openLead(house, {
      identities,
      source: { kind: 'form', channel: '官网' },
      at: new Date('2026-11-01T00:00:00Z'),
    })
    await openLead(house, {
      identities,
      source: { kind: 'event', channel: '展会' },
      at: new Date('2026-11-03T00:00:00Z'),
    })
    await openLead(house, {
      identities,
      source: { kind: 'api', channel: '广告' },
      at: new Date('2026-11-02T00:00:00Z'),
    })
    const lead = await standing(house, id)
    expect([lead.firstSource?.channel, lead.lastSource?.channel]).toEqual(['官网', '展会'])
    expect(await db.query('SELECT 1 FROM touches WHERE lead_id = $1', [id])).toHaveLength(3)
  })

  it('keeps one touch of an arrival that is told twice', async () => {
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-twice' }]
    const id = await openLead(house, { identities, key: 'same' })
    await openLead(house, { identities, key: 'same' })
    expect(await db.query('SELECT 1 FROM touches WHERE lead_id = $1', [id])).toHaveLength(1)
  })

  it('takes channel and tags of the live code the person scanned', async () => {
    const code = await db.transaction((tx) =>
      wantLiveCode(tx, house, {
        kind: 'live',
        name: '展会A',
        staff: ['LiLei'],
        tags: [{ group: '来源', name: '展会' }],
        source: { channel: '展会', campaign: '2026 秋' },
        by: 'SunLi',
      }),
    )
    const id = await openLead(house, { source: { kind: 'live_code', state: code.state, userid: 'LiLei' } })
    expect((await standing(house, id)).firstSource).toMatchObject({
      kind: 'live_code',
      channel: '展会',
      campaign: '2026 秋',
      state: code.state,
    })
    expect(
      await db.query('SELECT g.name, lt.rule FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id WHERE lead_id = $1', [
        id,
      ]),
    ).toEqual([{ name: '展会', rule: `live-code:${code.id}` }])
  })
})

describe('a join code', () => {
  it('makes whoever comes through it the lead it was made for', async () => {
    const form = await openLead(house, {
      identities: [{ kind: 'mobile', value: '13600000001' }],
      fields: { name: '张三', company: '宁波精工' },
      source: { kind: 'form', channel: '官网' },
    })
    const code = await db.transaction((tx) =>
      wantLiveCode(tx, house, { kind: 'join', name: '张三', staff: ['LiLei'], leadId: form, by: 'api' }),
    )
    const came = await openLead(house, {
      identities: [{ kind: 'externalUserId', value: 'wm-join' }],
      source: { kind: 'live_code', state: code.state },
    })
    expect(came).toBe(form)
    expect((await standing(house, form)).firstSource?.channel).toBe('官网')
  })

  it('joins a form to a friend who is known already, and can be split again', async () => {
    const friend = await openLead(house, {
      identities: [{ kind: 'externalUserId', value: 'wm-known' }],
      fields: { name: '老王' },
    })
    const form = await openLead(house, {
      identities: [{ kind: 'mobile', value: '13600000002' }],
      fields: { name: '王总', company: '苏州纺织' },
      source: { kind: 'form' },
    })
    const code = await db.transaction((tx) =>
      wantLiveCode(tx, house, { kind: 'join', name: '王总', staff: ['LiLei'], leadId: form, by: 'api' }),
    )
    expect(
      await openLead(house, {
        identities: [{ kind: 'externalUserId', value: 'wm-known' }],
        source: { kind: 'live_code', state: code.state },
      }),
    ).toBe(friend)
    expect(await standing(house, friend)).toMatchObject({ name: '老王', company: '苏州纺织', mergedInto: null })
    expect(await openLead(house, { identities: [{ kind: 'mobile', value: '13600000002' }] })).toBe(friend)
    await db.transaction((tx) => splitLead(tx, house, form, 'SunLi'))
    expect(await openLead(house, { identities: [{ kind: 'mobile', value: '13600000002' }] })).toBe(form)
  })
})

describe('a profile', () => {
  it('fills what was empty and overwrites nothing', async () => {
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-fill' }]
    const id = await openLead(house, { identities, fields: { name: '李四' } })
    await openLead(house, { identities, fields: { name: '别名', company: '无锡电子', attributes: { budget: '50万' } } })
    expect(await standing(house, id)).toMatchObject({ name: '李四', company: '无锡电子' })
  })

  it('changes nothing when the same is told again', async () => {
    const identities = [{ kind: 'externalUserId' as const, value: 'wm-same' }]
    const id = await openLead(house, { identities, fields: { name: '赵六', company: 'A', attributes: { x: 1 } } })
    const { version } = await standing(house, id)
    await openLead(house, { identities, fields: { name: '赵六', company: 'A', attributes: { x: 1 } }, source: null })
    expect((await standing(house, id)).version).toBe(version)
  })
})
