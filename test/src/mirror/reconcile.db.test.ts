import { beforeAll, describe, expect, it } from 'vitest'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
const hour = 3_600_000
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
  await compare()
})

/** An hour passes, and we compare what we know with WeCom's. */
async function compare() {
  await here.sandbox.idle()
  here.clock.advance(hour)
  await here.work('reconcile', 'dispatch-storm', 'refresh-profiles')
  here.clock.advance(3_000)
  await here.settle()
}
/** What happens in here is never told. */
async function untold(what: () => Promise<void>) {
  await here.sandbox.setFaults({ callbacks: { lose: 1 } })
  await what()
  await here.sandbox.idle()
  await here.sandbox.setFaults({ callbacks: { lose: 0 } })
}

describe('comparing with WeCom', () => {
  it('finds the add whose event was lost, and handles it as if it had come', async () => {
    let id = ''
    await untold(async () => {
      id = (await here.sandbox.customerScans({ name: '张三', userid: 'LiLei' })).external_userid
    })
    await compare()
    expect(await here.lead(id)).toMatchObject({ name: '张三', automation: true })
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
    const touches = await here.db.query('SELECT userid FROM touches WHERE lead_id = $1', [(await here.lead(id)).id])
    expect(touches).toEqual([{ userid: 'LiLei' }])
    await compare()
    expect(await here.db.query('SELECT 1 FROM touches WHERE lead_id = $1', [(await here.lead(id)).id])).toHaveLength(1)
  })

  it('finds the deletion, the edit and the tag that were lost', async () => {
    const one = await customerNamed(here, '李四', 'LiLei')
    const two = await customerNamed(here, '王五', 'LiLei')
    const { tags } = await here.sandbox.consoleAddsTags({ group: '需求', tags: ['少出废品'] })
    await here.settle()
    await compare()
    await untold(async () => {
      await here.sandbox.staffDeletes({ userid: 'LiLei', customer: one.id })
      await here.sandbox.staffEdits({
        userid: 'LiLei',
        customer: two.id,
        remark: '王总',
        addTags: [tags[0]?.id as string],
      })
    })
    await compare()
    expect(await here.follow('LiLei', one.id)).toMatchObject({ state: 'deleted_by_us' })
    expect(await here.follow('LiLei', two.id)).toMatchObject({ state: 'full', remark: '王总' })
    expect(await here.db.query('SELECT 1 FROM lead_tags WHERE lead_id = $1', [two.leadId])).toHaveLength(1)
  })

  it('brings back a stage tag we believed was worn, and one whose wish was given up', async () => {
    const { id } = await customerNamed(here, '赵六', 'LiLei')
    await here.settle()
    const relation = here.sandbox.world.relations.find((one) => one.external_userid === id)
    if (relation) relation.tagIds = []
    await compare()
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
    await here.db.query('DELETE FROM follow_tags WHERE external_userid = $1', [id])
    await here.db.query('UPDATE follows SET stage_worn = NULL, wish_at = NULL WHERE external_userid = $1', [id])
    if (relation) relation.tagIds = []
    await compare()
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
  })

  it('keeps silent about people a member had before he came into our sight', async () => {
    await untold(async () => {
      await here.sandbox.addStaff({ userid: 'XuHui', name: '徐辉', inScope: false })
      await here.sandbox.customerScans({ name: '老客户', userid: 'XuHui' })
    })
    here.clock.advance(24 * hour)
    await here.sandbox.staffScope({ userid: 'XuHui', inScope: true })
    await here.settle()
    await compare()
    const id = here.sandbox.world.relations.find((one) => one.userid === 'XuHui')?.external_userid as string
    expect(await here.lead(id)).toMatchObject({ automation: false })
    expect(here.worn('XuHui', id)).toEqual([])
    const { id: fresh } = await customerNamed(here, '新客户', 'XuHui')
    await here.settle()
    expect(await here.lead(fresh)).toMatchObject({ automation: true })
  })

  it('notices who left though nobody said so, and hands his leads on', async () => {
    const { id, leadId } = await customerNamed(here, '孙七', 'ZhangWei')
    await here.settle()
    await here.db.query("UPDATE leads SET owner = 'ZhangWei', stage = 'MQL', desk = 'sales' WHERE id = $1", [leadId])
    await here.db.query("UPDATE staff SET roles = '{sales}' WHERE userid = 'HanMeimei'")
    await untold(async () => {
      await here.sandbox.staffLeaves({ userid: 'ZhangWei' })
    })
    await here.work('find-leavers')
    await compare()
    expect(await here.follow('ZhangWei', id)).toMatchObject({ state: 'out_of_scope' })
    expect(await here.db.query("SELECT in_scope FROM staff WHERE userid = 'ZhangWei'")).toEqual([{ in_scope: false }])
    await here.work('re-route')
    expect(await here.lead(id)).toMatchObject({ owner: null })
    expect(await here.db.query("SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'", [leadId])).toEqual([
      { userid: 'HanMeimei' },
    ])
  })

  it('happens as soon as we are back when no worker ran for a while', async () => {
    await here.work('reconcile')
    let id = ''
    await untold(async () => {
      id = (await here.sandbox.customerScans({ name: '周八', userid: 'LiLei' })).external_userid
    })
    here.clock.advance(240_000)
    await here.work('reconcile', 'dispatch-storm')
    expect(await here.lead(id)).toMatchObject({ automation: true })
  })

  it('changes nothing when all is well', async () => {
    await compare()
    const before = await here.db.query('SELECT * FROM follows ORDER BY external_userid, userid')
    const marks = here.sandbox.callsTo('externalcontact/mark_tag').length
    await compare()
    expect(await here.db.query('SELECT * FROM follows ORDER BY external_userid, userid')).toEqual(before)
    expect(here.sandbox.callsTo('externalcontact/mark_tag')).toHaveLength(marks)
  })
})
