import { beforeEach, describe, expect, it } from 'vitest'
import { putTags } from '../../../src/leads/tags.ts'
import { stageOf } from '../../../src/mirror/tag-definitions.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'
import { defaultPlaybook } from '../../support/playbook.ts'

let here: Corp
beforeEach(async () => {
  here = await corp(await testDatabase(), { seed: 'staff' })
})

const group = (name: string) => here.sandbox.world.tagGroups.find((one) => one.name === name)
const names = (name: string) => (group(name)?.tags ?? []).map((tag) => tag.name)
const playbook = defaultPlaybook()
const adds = () => here.sandbox.callsTo('externalcontact/add_corp_tag').length

describe('corp tags', () => {
  it('get one group with a tag for each stage, its name holding the stage, and the playbook’s other groups', async () => {
    await here.settle()
    const stages = Object.keys(playbook.stages)
    expect(names('客户阶段')).toHaveLength(stages.length)
    for (const stage of stages)
      expect(names('客户阶段').filter((name) => name.split(/\W+/).includes(stage))).toHaveLength(1)
    for (const one of playbook.tagGroups) expect(names(one.name)).toEqual(expect.arrayContaining(one.tags))
    const made = adds()
    here.clock.advance(3_600_000)
    await here.settle()
    expect(adds()).toBe(made)
  })

  it('that stand there already under the same name are taken over, not doubled', async () => {
    await here.sandbox.consoleAddsTags({ group: '客户阶段', tags: ['MQL', '客户-SQL-销售'] })
    await here.sandbox.consoleAddsTags({ group: '别人的', tags: ['甲'] })
    await here.settle()
    expect(names('客户阶段').filter((name) => name.includes('MQL'))).toEqual(['MQL'])
    expect(names('客户阶段').filter((name) => name.includes('SQL') && !name.includes('MQL'))).toEqual(['客户-SQL-销售'])
    expect(here.sandbox.world.tagGroups.filter((one) => one.name === '客户阶段')).toHaveLength(1)
    expect(await here.db.query("SELECT kind, ours FROM tag_groups WHERE name = '别人的'")).toEqual([
      { kind: 'custom', ours: false },
    ])
  })

  it('that were put on a lead here are made there, and worn', async () => {
    await here.settle()
    const { id, leadId } = await customerNamed(here, '张三', 'LiLei')
    await here.db.transaction((tx) =>
      putTags(tx, here.house, [
        { leadId, group: '来源', name: '宁波展会', by: 'api' },
        { leadId, group: '我们的新组', name: '乙', by: 'api' },
      ]),
    )
    await here.settle(5)
    expect(here.worn('LiLei', id)).toEqual(['MAL · 市场线索', '乙', '宁波展会'].sort())
  })

  it('that an admin deleted are gone here too; a stage’s is made again and worn again', async () => {
    await here.settle()
    const { tags } = await here.sandbox.consoleAddsTags({ group: '需求', tags: ['少出废品'] })
    const { id, leadId } = await customerNamed(here, '李四', 'LiLei')
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, addTags: [tags[0]?.id as string] })
    await here.settle()
    const stageTag = group('客户阶段')?.tags.find((tag) => tag.name.startsWith('MAL'))
    await here.sandbox.consoleDeletesTag({ id: stageTag?.id as string })
    await here.sandbox.consoleDeletesTag({ id: tags[0]?.id as string })
    await here.settle(4)
    expect(here.worn('LiLei', id)).toEqual(['MAL · 市场线索'])
    expect(names('需求')).not.toContain('少出废品')
    expect((await here.lead(id)).stage).toBe('MAL')
    expect(await here.db.query("SELECT 1 FROM tags WHERE name = '少出废品' AND deleted_at IS NOT NULL")).toHaveLength(1)
    expect(await here.db.query('SELECT 1 FROM stage_changes WHERE lead_id = $1 AND seq > 2', [leadId])).toEqual([])
  })

  it('that were renamed keep who wears them; a stage tag of ours gets its stage back into its name', async () => {
    await here.settle()
    const { id } = await customerNamed(here, '王五', 'LiLei')
    await here.settle()
    const stageTag = group('客户阶段')?.tags.find((tag) => tag.name.startsWith('MAL'))
    await here.sandbox.consoleRenamesTag({ id: stageTag?.id as string, name: '新来的' })
    await here.settle(4)
    expect(here.worn('LiLei', id)).toEqual(['MAL · 市场线索'])
    expect(names('客户阶段')).toHaveLength(Object.keys(playbook.stages).length)
  })

  it('are made once although the answer was lost or somebody made the same a moment before', async () => {
    await here.sandbox.setFaults({
      api: [
        { path: 'externalcontact/add_corp_tag', drop: 'after', count: 1 },
        { path: 'externalcontact/add_corp_tag', errcode: 40071, count: 1 },
      ],
    })
    await here.settle()
    here.clock.advance(61_000)
    await here.settle()
    here.clock.advance(61_000)
    await here.settle()
    expect(names('客户阶段')).toHaveLength(Object.keys(playbook.stages).length)
    expect(await here.db.query('SELECT name FROM tags WHERE wecom_tag_id IS NULL AND deleted_at IS NULL')).toEqual([])
  })
})

describe('a tag of the stage group', () => {
  it('stands for the one stage its name holds as a word', () => {
    expect(stageOf(playbook, 'MQL · 市场认可')).toBe('MQL')
    expect(stageOf(playbook, '客户mql')).toBe('MQL')
    expect(stageOf(playbook, 'AT_RISK')).toBe('AT_RISK')
    expect(stageOf(playbook, 'NORMAL')).toBeNull()
    expect(stageOf(playbook, 'MQL/SQL')).toBeNull()
  })
})
