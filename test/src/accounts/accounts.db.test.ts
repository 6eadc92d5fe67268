import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mergeAccounts, movePerson, splitAccount } from '../../../src/accounts/merge.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { mergeLeads, splitLead } from '../../../src/leads/merge.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { readFacts } from '../../../src/messages/facts.ts'
import { plan } from '../../../src/messages/plan.ts'
import { accountsNow, keepUp } from '../../support/accounts.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)
let serial = 0

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  await forget()
})

/** Who belongs where, and what was sent; the leads themselves may stay. */
const forget = async () => {
  const tables =
    'account_marks account_suggestions account_merges account_domains account_names account_people accounts messages follows identities'
  for (const table of tables.split(' ')) await db.query(`DELETE FROM ${table}`)
}
const person = (name: string, company?: string, email?: string) =>
  openLead(house, {
    identities: [
      { kind: 'custom', value: `p-${++serial}` },
      ...(email ? [{ kind: 'email' as const, value: email }] : []),
    ],
    fields: { name, ...(company ? { company } : {}) },
  })
const does = (leadId: string, type = 'price_view', key = `k-${++serial}`) =>
  db.transaction((tx) => noteEvents(tx, house, [{ leadId, type, at: clock.now(), key }]))
const idOf = async (name: string) =>
  (await db.query<{ id: string }>('SELECT id FROM accounts WHERE name = $1 AND people > 0', [name]))[0]?.id ?? ''
const market = (leadId: string, text: string) =>
  db.transaction((tx) => plan(tx, house, { key: `m-${++serial}`, leadId, purpose: 'marketing', text, by: 'WangMin' }))

describe('where somebody belongs', () => {
  it('is said by his company’s name, else by his e-mail’s domain, else by nobody', async () => {
    await person('甲', '宁波精工股份有限公司', 'jia@jinggong.cn')
    await person('乙', '宁波精工（集团）')
    await person('丙', undefined, 'bing@jinggong.cn')
    await person('丁', undefined, 'ding@qq.com')
    await person('戊', '个人')
    await keepUp(house)
    expect((await accountsNow(house)).map(({ name, people }) => ({ name, people }))).toEqual([
      { name: '宁波精工股份有限公司', people: ['丙', '乙', '甲'] },
    ])
  })

  it('stays as a person said, whatever is learnt later, and his caps go with him', async () => {
    const a = await person('甲', '苏州纺织')
    await person('乙', '杭州云帆')
    await keepUp(house)
    const other = await idOf('杭州云帆')
    await db.transaction((tx) => movePerson(tx, house, { leadId: a, to: other, by: 'WangMin' }))
    await db.query("UPDATE leads SET company = '苏州纺织集团' WHERE id = $1", [a])
    await keepUp(house)
    expect((await accountsNow(house)).map(({ people }) => people)).toEqual([['乙', '甲']])
    await db.transaction((tx) => movePerson(tx, house, { leadId: a, to: null, by: 'WangMin' }))
    await keepUp(house)
    expect((await accountsNow(house)).map(({ people }) => people)).toEqual([['乙']])
    expect((await readFacts(db, [a], clock.now())).get(a)?.account).toBeNull()
  })
})

describe('merging accounts', () => {
  it('joins people and caps, and undoing it leaves both as they were', async () => {
    const a = await person('甲', '宁波精工')
    const b = await person('乙', '精工科技')
    await keepUp(house)
    for (const lead of [a, b]) await befriend(house, lead, 'LiLei', `wm-${lead}`)
    await market(a, '给甲的话')
    await market(b, '给乙的话')
    const before = await accountsNow(house)
    expect(before.map(({ caps }) => caps)).toEqual([['甲'], ['乙']])
    const [keep, gone] = [await idOf('宁波精工'), await idOf('精工科技')]
    await db.transaction((tx) => mergeAccounts(tx, house, keep, gone, 'WangMin'))
    await keepUp(house)
    expect((await accountsNow(house)).map(({ people, caps }) => ({ people, caps }))).toEqual([
      { people: ['乙', '甲'], caps: ['乙', '甲'] },
    ])
    expect((await readFacts(db, [b], clock.now())).get(b)?.accountSends).toHaveLength(2)
    // Whoever comes by the other's name is theirs.
    const c = await person('丙', '精工科技有限公司')
    await keepUp(house)
    expect((await accountsNow(house))[0]?.people).toEqual(['丙', '乙', '甲'])
    await db.query('UPDATE leads SET company = NULL WHERE id = $1', [c])
    await db.transaction((tx) => splitAccount(tx, house, gone, 'WangMin'))
    await keepUp(house)
    expect(await accountsNow(house)).toEqual(before)
  })

  it('suggests what may be one company once, and never again what a person judged', async () => {
    await person('甲', '宁波精工')
    await person('乙', '宁波精工机械')
    await person('丙', '甬精', 'c@nbjg.cn')
    await person('丁', '宁波精工', 'd@nbjg.cn')
    await keepUp(house)
    const open = () =>
      db.query<{ why: { kind: string }[] }>(
        "SELECT why FROM account_suggestions WHERE state = 'open' ORDER BY why::text",
      )
    expect((await open()).map(({ why }) => why[0]?.kind)).toEqual(['domain', 'name'])
    await db.query("UPDATE account_suggestions SET state = 'dismissed'")
    await person('戊', '宁波精工机械', 'e@nbjg.cn')
    await keepUp(house)
    expect((await open()).length).toBe(1)
  })
})

describe('what a company is worth', () => {
  it('is its best person and its breadth, its furthest stage and that person’s rep, and falls by itself', async () => {
    const a = await person('甲', '宁波精工')
    const b = await person('乙', '宁波精工')
    await person('丙', '宁波精工')
    await does(a, 'price_view')
    await does(b, 'content_open')
    await db.query("UPDATE leads SET stage = 'MQL', desk = 'sales', owner = 'LiLei' WHERE id = $1", [b])
    await keepUp(house)
    // 契合度不知道是 50；看价格页 12 分：(50 + 12) / 2 = 31，两人活跃再加 5。
    expect(await accountsNow(house)).toMatchObject([
      { stage: 'MQL', score: 36, active: 2, owner: 'LiLei', surging: false },
    ])
    clock.advance(15 * 86_400_000)
    await keepUp(house)
    expect(await accountsNow(house)).toMatchObject([{ score: 33, active: 2 }])
    clock.advance(20 * 86_400_000)
    await keepUp(house)
    expect(await accountsNow(house)).toMatchObject([{ active: 0, score: 26 }])
    const [row] = await db.query<{ due: Date | null }>('SELECT max(due_at) AS due FROM accounts WHERE people > 0')
    expect(row?.due).not.toBeNull()
  })

  it('looks at nobody nothing happened to', async () => {
    await person('甲', '宁波精工')
    await person('乙', '杭州云帆')
    await keepUp(house)
    await db.query("UPDATE accounts SET updated_at = '2020-01-01'")
    await does(
      (
        await db.query<{ id: string }>(
          "SELECT lead_id AS id FROM account_people p JOIN leads l ON l.id = p.lead_id WHERE l.name = '甲' AND p.account_id IS NOT NULL",
        )
      )[0]?.id ?? '',
    )
    await keepUp(house)
    const rows = await db.query<{ name: string }>("SELECT name FROM accounts WHERE updated_at > '2020-01-02'")
    expect(rows).toEqual([{ name: '宁波精工' }])
  })

  it('tells once when several of them are active within days, and sends the best of them to review', async () => {
    const people = [await person('甲', '宁波精工'), await person('乙', '宁波精工'), await person('丙', '宁波精工')]
    for (const one of people) await does(one, 'content_open')
    await keepUp(house)
    await does(people[0] as string, 'content_open')
    await keepUp(house)
    const notices = await db.query(
      "SELECT recipient FROM messages WHERE purpose = 'notice' AND key LIKE 'account-surge%'",
    )
    expect(notices).toEqual([{ recipient: 'WangMin' }])
    const queued = await db.query<{ why: { rule: string }[] }>('SELECT why FROM review_queue WHERE lead_id = ANY($1)', [
      people,
    ])
    expect(queued.map(({ why }) => why[0]?.rule)).toEqual(['account-surge'])
  })
})

describe('however it is told', () => {
  const deed = fc.oneof(
    fc.record({
      kind: fc.constant('event' as const),
      who: fc.nat(4),
      type: fc.constantFrom('price_view', 'content_open', 'careers_view'),
      key: fc.nat(6),
    }),
    fc.record({ kind: fc.constant('owner' as const), who: fc.nat(4) }),
  )
  const cast = fc.array(
    fc.record({
      company: fc.constantFrom(undefined, '宁波精工', '宁波精工（集团）有限公司', '杭州云帆', '个人'),
      email: fc.constantFrom(undefined, 'jg.cn', 'yf.com', 'qq.com'),
    }),
    { minLength: 5, maxLength: 5 },
  )
  const telling = fc.record({
    order: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
    again: fc.boolean(),
    pauses: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  })

  it('the same people and events make the same accounts, in any order, twice, kept in any rhythm', async () => {
    await fc.assert(
      fc.asyncProperty(cast, fc.array(deed, { maxLength: 8 }), telling, telling, async (people, deeds, one, two) => {
        const tell = async ({ order, again, pauses }: typeof one) => {
          await forget()
          const ids = new Map<number, string>()
          const run = ++serial
          const turn = people.map((_, n) => n).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0) || a - b)
          let step = 0
          const pause = async () => (pauses[step++ % pauses.length] ? keepUp(house) : undefined)
          for (const n of turn) {
            const { company, email } = people[n] as (typeof people)[number]
            ids.set(n, await person(`人${n}`, company, email && `p${n}@${email}`))
            await pause()
          }
          const told = [...deeds].sort((a, b) => (order[a.who] ?? 0) - (order[b.who] ?? 0))
          for (const deedOf of again ? [...told, ...told] : told) {
            const lead = ids.get(deedOf.who) ?? ''
            if (deedOf.kind === 'event')
              await does(lead, deedOf.type, `${run}-${deedOf.who}-${deedOf.type}-${deedOf.key}`)
            else await db.query("UPDATE leads SET owner = 'LiLei' WHERE id = $1", [lead])
            await pause()
          }
          await keepUp(house)
          return accountsNow(house)
        }
        // Whose name is shown among equals, and who surged into the queue, hangs on ids: what is compared is the sums.
        expect(await tell(two)).toEqual(await tell(one))
      }),
      { numRuns: 8 },
    )
  }, 120_000)

  it('merging two leads and undoing it restores their companies', async () => {
    const a = await person('甲', '宁波精工')
    const b = await person('乙', '杭州云帆')
    await does(b)
    await keepUp(house)
    const before = await accountsNow(house)
    await db.transaction((tx) => mergeLeads(tx, house, a, b, 'WangMin'))
    await keepUp(house)
    expect((await accountsNow(house)).map(({ people }) => people)).toEqual([['甲']])
    await db.transaction((tx) => splitLead(tx, house, b, 'WangMin'))
    await keepUp(house)
    expect(await accountsNow(house)).toEqual(before)
  })
})

it('a company of many rests between two counts, and counts whoever came meanwhile at once', async () => {
  for (let n = 0; n < 40; n++) await person(`同事 ${n}`, '万人集团')
  await keepUp(house)
  const people = async () => (await accountsNow(house)).map(({ people: all }) => all.length)
  const counted = async () => (await db.query('SELECT people FROM accounts'))[0]
  expect(await counted()).toEqual({ people: 40 })
  for (let n = 40; n < 45; n++) {
    await person(`同事 ${n}`, '万人集团')
    await keepUp(house)
  }
  expect(await people()).toEqual([45])
  expect(await counted()).toEqual({ people: 40 })
  clock.advance(2_000)
  await keepUp(house)
  expect(await counted()).toEqual({ people: 45 })
  // Whoever has rested is counted at once.
  clock.advance(60_000)
  await person('最后一位', '万人集团')
  await keepUp(house)
  expect(await counted()).toEqual({ people: 46 })
})
