import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { joinVisitor } from '../../../src/tracking/join.ts'
import { knowVisitor } from '../../../src/tracking/visitors.ts'
import { keepUp } from '../../support/accounts.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let server: TestServer

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), shelves: { jobs: new Map() } })
  server = await testServer(house)
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
  await addStaff(house, 'HanMei', ['sales'])
  return () => server.close()
})

const person = (name: string, company: string, wm: string) =>
  openLead(house, { identities: [{ kind: 'externalUserId', value: wm }], fields: { name, company, title: '采购总监' } })
const visit = (row: { visitor: string | null; lead?: string; from?: string; fromVisitor?: string; content?: string }) =>
  house.db.query(
    `INSERT INTO visits (id, content_id, content_version, visitor_id, lead_id, from_lead, from_visitor, hops, opened_at, seen_at) VALUES ($1, $2, 1, $3, $4, $5, $6, 1, $7, $7)`,
    [
      newId(house.clock),
      row.content ?? 'case-ningbo-quote-days',
      row.visitor,
      row.lead ?? null,
      row.from ?? null,
      row.fromVisitor ?? null,
      house.clock.now(),
    ],
  )
const accountOf = async (lead: string) => (await server.call('GET', `/api/leads/${lead}/account`)).json.account.id
const map = async (lead: string, as?: string) =>
  (await server.call('GET', `/api/accounts/${await accountOf(lead)}/map`, undefined, as ? { as } : {})).json

describe('the map of a company', () => {
  it('shows who knows whom, who sits together, who forwarded what to whom; a stranger who becomes a lead is one of its people', async () => {
    const hostile = `<img src=x onerror=alert(1)>"';--`
    const a = await person(hostile, '宁波精工', 'wm-a')
    const b = await person('李四', '宁波精工', 'wm-b')
    await befriend(house, a, 'LiLei', 'wm-a')
    await house.db.query("INSERT INTO group_chats (chat_id) VALUES ('c1')")
    await house.db.query(
      "INSERT INTO group_members (chat_id, member, is_staff) VALUES ('c1', 'wm-a', false), ('c1', 'wm-b', false), ('c1', 'LiLei', true)",
    )
    const stranger = await knowVisitor(house, { openid: 'o-1' })
    const next = await knowVisitor(house, { openid: 'o-2' })
    if (!stranger || !next) throw new Error('nobody came')
    await visit({ visitor: stranger.id, from: a })
    await visit({ visitor: stranger.id, from: a })
    await visit({ visitor: next.id, fromVisitor: stranger.id })
    await keepUp(house)
    const before = await map(a)
    const label = (id: string) => before.nodes.find((node: { id: string }) => node.id === id)
    expect(label(a)).toMatchObject({ kind: 'person', label: hostile })
    expect(label('staff:LiLei')).toMatchObject({ kind: 'staff', label: '李雷' })
    const lines = before.edges.map(({ from, to, kind, weight }: Record<string, unknown>) => ({
      from,
      to,
      kind,
      weight,
    }))
    expect(lines).toEqual(
      expect.arrayContaining([
        { from: 'staff:LiLei', to: a, kind: 'knows', weight: 2 },
        { from: a < b ? a : b, to: a < b ? b : a, kind: 'works_with', weight: 1 },
        { from: a, to: `stranger:${stranger.id}`, kind: 'forwarded', weight: 2 },
        { from: `stranger:${stranger.id}`, to: `stranger:${next.id}`, kind: 'forwarded', weight: 1 },
      ]),
    )
    await house.db.transaction((tx) => joinVisitor(tx, house, stranger, b))
    const after = await map(a)
    expect(after.edges).toEqual(
      expect.arrayContaining([expect.objectContaining({ from: a, to: b, kind: 'forwarded', weight: 2 })]),
    )
    expect(after.nodes.some(({ id }: { id: string }) => id === `stranger:${stranger.id}`)).toBe(false)
  })

  it('stays bounded however many people and strangers there are, and says what it left out', async () => {
    const first = await person('头', '巨轮重工', 'wm-big-0')
    for (let n = 1; n < 70; n++) await person(`人${n}`, '巨轮重工', `wm-big-${n}`)
    for (let n = 0; n < 50; n++) {
      const one = await knowVisitor(house, { openid: `big-${n}` })
      await visit({ visitor: one?.id ?? null, from: first, content: `piece-${n}` })
    }
    await house.db.query('UPDATE scores SET fit = 99 WHERE lead_id = $1', [first])
    await keepUp(house)
    const { nodes, edges, left } = await map(first)
    expect(nodes.filter(({ kind }: { kind: string }) => kind === 'person')).toHaveLength(60)
    expect(nodes.filter(({ kind }: { kind: string }) => kind === 'stranger')).toHaveLength(40)
    expect(edges.length).toBeLessThanOrEqual(400)
    expect(left).toMatchObject({ people: 10, strangers: 10 })
  })

  it('shows a rep the companies he has somebody in, and of the others there no more than a surname', async () => {
    const mine = await person('王小明', '共有公司', 'wm-m')
    const other = await person('赵大山', '共有公司', 'wm-o')
    const far = await person('钱远', '别人的公司', 'wm-f')
    await house.db.query("UPDATE leads SET owner = 'LiLei' WHERE id = $1", [mine])
    await house.db.query("UPDATE leads SET owner = 'HanMei' WHERE id = ANY($1)", [[other, far]])
    await keepUp(house)
    const { items } = (await server.call('GET', '/api/accounts', undefined, { as: 'LiLei' })).json
    expect(items.map(({ name }: { name: string }) => name).sort()).toEqual(['共有公司', '宁波精工'])
    const seen = (await server.call('GET', `/api/accounts/${await accountOf(mine)}`, undefined, { as: 'LiLei' })).json
    expect(seen.members.map(({ name }: { name: string }) => name).sort()).toEqual(['王小明', '赵＊'])
    expect((await server.call('GET', `/api/accounts/${await accountOf(far)}`, undefined, { as: 'LiLei' })).status).toBe(
      403,
    )
    expect((await map(mine, 'LiLei')).nodes.find(({ id }: { id: string }) => id === other)).toMatchObject({
      label: '赵＊',
      leadId: null,
    })
  })
})

describe('roles', () => {
  it('are said by a person with his name to it, suggested by the title, and only those of the playbook', async () => {
    const a = await person('孙总', '角色公司', 'wm-r')
    expect((await server.call('PUT', `/api/leads/${a}/role`, { role: 'champion' }, { as: 'WangMin' })).status).toBe(409)
    await keepUp(house)
    expect((await server.call('GET', `/api/leads/${a}/account`)).json.person).toMatchObject({
      role: null,
      suggestedRole: 'influencer',
    })
    expect((await server.call('PUT', `/api/leads/${a}/role`, { role: 'king' }, { as: 'WangMin' })).status).toBe(422)
    const { json } = await server.call('PUT', `/api/leads/${a}/role`, { role: 'champion' }, { as: 'WangMin' })
    expect(json.person.role).toMatchObject({ id: 'champion', by: 'WangMin' })
    expect(
      (await server.call('PUT', `/api/leads/${a}/role`, { role: null }, { as: 'WangMin' })).json.person.role,
    ).toBeNull()
  })
})
