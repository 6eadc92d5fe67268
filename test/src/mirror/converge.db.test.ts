import { beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../../sandbox/random.ts'
import { type Corp, corp } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase(), { callbackTimeoutMs: 2_000 })
  await here.settle(2)
  await here.db.query("UPDATE staff SET roles = '{sales,mdr}'")
})

const members = ['LiLei', 'HanMeimei', 'ZhangWei']
const hour = 3_600_000

/** Whatever people do in WeCom; what is impossible just now does not happen. */
async function act(random: () => number, people: string[]): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const userid = pick(members)
  const customer = pick(people)
  const tags = here.sandbox.world.tagGroups.flatMap((group) => group.tags.map((tag) => tag.id))
  const deeds = [
    () => here.sandbox.customerScans({ customer, userid, half: random() < 0.3 }),
    () => here.sandbox.customerScans({ customer, userid }),
    () => here.sandbox.staffAddsBack({ customer, userid }),
    () => here.sandbox.customerDeletes({ customer, userid }),
    () => here.sandbox.staffDeletes({ customer, userid }),
    () => here.sandbox.staffEdits({ customer, userid, remark: `备注 ${Math.floor(random() * 100)}` }),
    () => here.sandbox.staffEdits({ customer, userid, addTags: [pick(tags)] }),
    () => here.sandbox.staffEdits({ customer, userid, removeTags: [pick(tags), pick(tags), pick(tags)] }),
  ]
  await pick(deeds)().catch((error: Error) => {
    if (error.name !== 'Impossible') throw error
  })
}

it('whatever happens, in whatever order it is told, twice or not at all, both sides end up the same', async () => {
  const random = seededRandom(7)
  const people: string[] = []
  for (let i = 0; i < 12; i++) people.push((await here.sandbox.createCustomer({ name: `客户 ${i}` })).external_userid)
  await here.sandbox.setFaults({
    callbacks: { duplicate: 0.2, lose: 0.15, reorderMs: 60, omit: 0.1, unknown: 0.1 },
    writeMs: 20,
    api: [
      { path: '*', errcode: -1, probability: 0.03 },
      { path: 'externalcontact/mark_tag', errcode: 45035, probability: 0.1 },
      { path: 'externalcontact/mark_tag', drop: 'after', probability: 0.05 },
    ],
  })
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 6; i++) await act(random, people)
    if (round % 3 === 0) await here.sandbox.idle()
    await here.settle(1)
  }
  await here.sandbox.idle()
  await here.sandbox.setFaults({ preset: 'calm' })
  for (let round = 0; round < 2; round++) {
    here.clock.advance(hour)
    await here.work('reconcile')
    await here.settle(3)
    here.clock.advance(60_000)
    await here.settle(3)
  }

  const known = await here.db.query<{ customer: string; userid: string; state: string; stage: string }>(
    `SELECT f.external_userid AS customer, f.userid, f.state, l.stage FROM follows f JOIN leads l ON l.id = lead_root(f.lead_id)`,
  )
  const there = here.sandbox.world.relations.filter((one) => people.includes(one.external_userid))
  for (const relation of there) {
    const ours = known.find((one) => one.customer === relation.external_userid && one.userid === relation.userid)
    const context = `${relation.userid} ${relation.external_userid}`
    if (relation.deletedByStaff)
      expect([undefined, 'deleted_by_us', 'deleted_by_customer'], context).toContain(ours?.state)
    // No API tells that the customer deleted the member; if its event was lost nobody knows.
    else if (relation.deletedByCustomer) expect(['full', 'deleted_by_customer'], context).toContain(ours?.state)
    else if (relation.half)
      expect([undefined, 'half', 'deleted_by_customer', 'deleted_by_us'], context).toContain(ours?.state)
    else {
      expect(ours?.state, context).toBe('full')
      const worn = here.worn(relation.userid, relation.external_userid, '客户阶段')
      expect(
        worn.map((name) => name.split(' ')[0]),
        context,
      ).toEqual([ours?.stage])
    }
  }
  expect(there.filter((one) => !one.half && !one.deletedByStaff && !one.deletedByCustomer).length).toBeGreaterThan(3)
  expect(
    await here.db.query("SELECT path, reason FROM inbox WHERE state IN ('failed', 'received', 'working')"),
  ).toEqual([])
  expect(await here.db.query('SELECT 1 FROM follows WHERE wish_at IS NOT NULL')).toEqual([])
}, 60_000)
