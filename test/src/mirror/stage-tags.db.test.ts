import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { systemActor } from '../../../src/actor.ts'
import { lockLead } from '../../../src/leads/lock.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { move, moveBack } from '../../../src/leads/move.ts'
import { putTags, takeTags } from '../../../src/leads/tags.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
const wang: Actor = { id: 'WangMin', roles: ['mdr'] }
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
  await here.db.query("UPDATE staff SET roles = '{sales}' WHERE userid IN ('LiLei', 'HanMeimei')")
})

const customer = (name: string, ...friends: string[]) => customerNamed(here, name, ...friends)
const stageTags = (userid: string, id: string) => here.worn(userid, id, '客户阶段')
const tagId = (group: string, name: string) =>
  here.sandbox.world.tagGroups.find((one) => one.name === group)?.tags.find((tag) => tag.name === name)?.id as string
const judge = (leadId: string, on = 'verdict.mql', more: { reason?: string; toStage?: string; actor?: Actor } = {}) =>
  here.db.transaction((tx) => move(tx, here.house, { leadId, on, actor: wang, reason: 'clear-need', ...more }))
const marks = (id: string) =>
  here.sandbox
    .callsTo('externalcontact/mark_tag')
    .filter((call) => (call.body as { external_userid: string }).external_userid === id)

describe('a live relation', () => {
  it('wears the tag of its stage and no other of that group, whoever follows and whatever the order of moves', async () => {
    const { id, leadId } = await customer('张三', 'LiLei', 'HanMeimei')
    await here.settle()
    for (const userid of ['LiLei', 'HanMeimei']) expect(stageTags(userid, id)).toEqual(['MAL · 市场线索'])
    await judge(leadId)
    await here.db.transaction((tx) =>
      move(tx, here.house, { leadId, on: 'advance', toStage: 'SQL', actor: { id: 'ChenJing', roles: ['manager'] } }),
    )
    await here.settle()
    for (const userid of ['LiLei', 'HanMeimei']) expect(stageTags(userid, id)).toEqual(['SQL · 销售认可'])
    // One call a relation for the add, one for both moves.
    expect(marks(id)).toHaveLength(4)
  })

  it('costs no call when nothing is to change', async () => {
    const { id, leadId } = await customer('李四', 'LiLei')
    await here.settle()
    const before = marks(id).length
    await here.db.transaction((tx) =>
      move(tx, here.house, { leadId, on: 'verdict.mql', actor: wang, reason: 'clear-need' }),
    )
    await here.db.transaction(async (tx) =>
      moveBack(tx, here.house, await lockLead(tx, leadId), { stage: 'MAL', desk: 'nurture', owner: null }, wang),
    )
    await here.settle()
    expect(marks(id)).toHaveLength(before)
    expect(stageTags('LiLei', id)).toEqual(['MAL · 市场线索'])
  })

  it('keeps its tag while a verdict may still be taken back', async () => {
    const { id, leadId } = await customer('王五', 'LiLei')
    await here.settle()
    const holdUntil = new Date(here.clock.now().getTime() + 20_000)
    await here.db.transaction((tx) =>
      move(tx, here.house, { leadId, on: 'verdict.mql', actor: wang, reason: 'clear-need', holdUntil }),
    )
    await here.work('mark-tags')
    expect(stageTags('LiLei', id)).toEqual(['MAL · 市场线索'])
    here.clock.set(holdUntil)
    await here.work('mark-tags')
    expect(stageTags('LiLei', id)).toEqual(['MQL · 市场认可'])
  })

  it('is asked for a stage by a tag put by hand, and repaired where the rules say no', async () => {
    const { id, leadId } = await customer('赵六', 'LiLei', 'HanMeimei')
    await here.settle()
    await judge(leadId)
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, addTags: [tagId('客户阶段', 'SQL · 销售认可')] })
    await here.settle()
    expect((await here.lead(id)).stage).toBe('SQL')
    for (const userid of ['LiLei', 'HanMeimei']) expect(stageTags(userid, id)).toEqual(['SQL · 销售认可'])

    await here.sandbox.staffEdits({
      userid: 'HanMeimei',
      customer: id,
      addTags: [tagId('客户阶段', 'CHURNED · 已流失')],
      removeTags: [tagId('客户阶段', 'SQL · 销售认可')],
    })
    await here.settle()
    expect((await here.lead(id)).stage).toBe('SQL')
    for (const userid of ['LiLei', 'HanMeimei']) expect(stageTags(userid, id)).toEqual(['SQL · 销售认可'])
    const [change] = await here.db.query(
      'SELECT actor, rule FROM stage_changes WHERE lead_id = $1 ORDER BY seq DESC LIMIT 1',
      [leadId],
    )
    expect(change).toEqual({ actor: 'LiLei', rule: 'stage-tag' })
  })

  it('gets a stage tag back that was taken off by hand', async () => {
    const { id } = await customer('孙七', 'LiLei')
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, removeTags: [tagId('客户阶段', 'MAL · 市场线索')] })
    await here.settle()
    expect(stageTags('LiLei', id)).toEqual(['MAL · 市场线索'])
  })

  it('keeps other apps’ tags, and shares the lead’s own with every follower, exclusive groups included', async () => {
    const { tags: foreign } = await here.sandbox.consoleAddsTags({ group: '别的系统', tags: ['甲'] })
    const { id, leadId } = await customer('周八', 'LiLei', 'HanMeimei')
    relation('LiLei', id)?.tagIds.push(foreign[0]?.id as string)
    await here.settle()
    await here.db.transaction((tx) => putTags(tx, here.house, [{ leadId, group: '行业', name: '机械', by: 'WangMin' }]))
    await here.settle()
    expect(here.worn('LiLei', id)).toEqual(['MAL · 市场线索', '机械', '甲'].sort())
    expect(here.worn('HanMeimei', id)).toEqual(['MAL · 市场线索', '机械'].sort())
    await here.db.transaction((tx) =>
      takeTags(tx, here.house, [{ leadId, group: '行业', name: '机械', by: 'WangMin' }]),
    )
    await judge(leadId)
    await here.settle()
    expect(here.worn('LiLei', id)).toEqual(['MQL · 市场认可', '甲'].sort())
    expect(here.worn('HanMeimei', id)).toEqual(['MQL · 市场认可'])
  })

  it('wears the winner’s stage after a merge', async () => {
    const one = await customer('吴九', 'LiLei')
    const two = await customer('吴九九', 'HanMeimei')
    await judge(one.leadId)
    await here.settle()
    await here.db.transaction((tx) => mergeLeads(tx, here.house, one.leadId, two.leadId, 'WangMin'))
    await here.settle()
    expect(stageTags('HanMeimei', two.id)).toEqual(['MQL · 市场认可'])
  })

  it('is brought its tag through every refusal that passes: busy, two writers, too many at once', async () => {
    const { id, leadId } = await customer('郑十', 'LiLei')
    await here.settle()
    await here.sandbox.setFaults({
      api: [45035, 45033, -1].map((errcode) => ({ path: 'externalcontact/mark_tag', errcode, count: 2 })),
    })
    await judge(leadId)
    await here.settle(8)
    expect(stageTags('LiLei', id)).toEqual(['MQL · 市场认可'])
    await here.sandbox.setFaults({ preset: 'calm' })
  })

  it('is not marked while half, and is from the moment it is full', async () => {
    const { external_userid: id } = await here.sandbox.customerScans({ name: '冯十一', userid: 'LiLei', half: true })
    await here.settle()
    expect(marks(id)).toHaveLength(0)
    await here.sandbox.staffAddsBack({ userid: 'LiLei', customer: id })
    await here.settle()
    expect(stageTags('LiLei', id)).toEqual(['MAL · 市场线索'])
  })

  it('does not ask for the stage of its former life when it begins anew', async () => {
    const { id, leadId } = await customer('陈十二', 'LiLei')
    await judge(leadId)
    await here.settle()
    await here.sandbox.staffDeletes({ userid: 'LiLei', customer: id })
    await here.settle()
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_us' })
    await judge(leadId, 'stale', { actor: systemActor })
    await here.sandbox.customerScans({ customer: id, userid: 'LiLei' })
    relation('LiLei', id)?.tagIds.push(tagId('客户阶段', 'MQL · 市场认可'))
    await here.settle()
    expect((await here.lead(id)).stage).toBe('MAL')
    expect(stageTags('LiLei', id)).toEqual(['MAL · 市场线索'])
  })
})

const relation = (userid: string, id: string) =>
  here.sandbox.world.relations.findLast((one) => one.userid === userid && one.external_userid === id)
