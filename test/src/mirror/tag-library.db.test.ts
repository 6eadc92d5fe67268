import { beforeAll, expect, it } from 'vitest'
import { putTags } from '../../../src/leads/tags.ts'
import { addTag, readTagLibrary, readTagStory, renameTag, renameTagGroup } from '../../../src/mirror/tag-library.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
})

const add = (group: string, name: string) => here.db.transaction((tx) => addTag(tx, here.house, { group, name }))
const found = async (group: string, name: string) =>
  (await readTagLibrary(here.db)).groups.find((one) => one.name === group)?.tags.find((tag) => tag.name === name)
const put = (leadId: string, group: string, name: string, rule?: string) =>
  here.db.transaction((tx) => putTags(tx, here.house, [{ leadId, group, name, by: 'LiLei', rule }]))
const inWecom = () =>
  here.sandbox.world.tagGroups.flatMap((group) => group.tags.map(({ name }) => `${group.name}/${name}`))

it('a new tag goes to WeCom, a new name reaches it too, and whoever wears it keeps it', async () => {
  const id = await add('设备', '注塑机')
  expect(await found('设备', '注塑机')).toMatchObject({ sync: 'coming', leads: 0 })
  await expect(add('设备', '注塑机')).rejects.toMatchObject({ id: 'tag_exists' })
  await here.settle(1)
  expect(await found('设备', '注塑机')).toMatchObject({ sync: 'there', ours: true })
  const { leadId } = await customerNamed(here, '张三', 'LiLei')
  await put(leadId, '设备', '注塑机')
  await renameTag(here.house, id, '卧式注塑机')
  await renameTag(here.house, id, '卧式注塑机')
  expect(inWecom()).toContain('设备/卧式注塑机')
  expect(inWecom()).not.toContain('设备/注塑机')
  await here.settle(1)
  expect(await found('设备', '卧式注塑机')).toMatchObject({ id, leads: 1, sync: 'there' })
  expect(await readTagStory(here.house, id)).toMatchObject({ by: [{ by: 'LiLei', rule: null, leads: 1 }], uses: [] })
})

it('a name that stands written elsewhere is not changed, and the refusal says where', async () => {
  const id = await add('预算', '年内')
  const code = await here.db.query<{ id: string }>(
    `INSERT INTO live_codes (id, state, kind, name, staff, tags, created_by, created_at, duty) VALUES (gen_random_uuid(), 's-1', 'live', '展会 A', '{LiLei}', $1, 'test', now(), '{}') RETURNING id`,
    [JSON.stringify([{ group: '预算', name: '年内' }])],
  )
  const refusal = { id: 'tag_in_use', message: expect.stringContaining('活码「展会 A」') }
  await expect(renameTag(here.house, id, '今年')).rejects.toMatchObject(refusal)
  const group = (await readTagLibrary(here.db)).groups.find(({ name }) => name === '预算')
  await expect(renameTagGroup(here.house, group?.id ?? '', '钱')).rejects.toMatchObject(refusal)
  await here.db.query('UPDATE live_codes SET archived_at = now() WHERE id = $1', [code[0]?.id])
  await renameTagGroup(here.house, group?.id ?? '', '预算时间')
  expect(await found('预算时间', '年内')).toMatchObject({ id })
  // The playbook's own names, and those a stage has, are the rules' to change.
  const known = await found('需求', '降本')
  await expect(renameTag(here.house, known?.id ?? '', '省钱')).rejects.toMatchObject({ id: 'tag_in_use' })
  const { groups } = await readTagLibrary(here.db)
  const stage = groups.find(({ kind }) => kind === 'stage')
  await expect(renameTag(here.house, stage?.tags[0]?.id ?? '', 'x')).rejects.toMatchObject({ id: 'stage_tag' })
  await expect(add(stage?.name ?? '', '随便')).rejects.toMatchObject({ id: 'stage_tag' })
})

it('what somebody made in WeCom is his to rename', async () => {
  const now = here.clock.now()
  await here.db.query(
    `INSERT INTO tag_groups (id, name, wecom_group_id, created_at) VALUES (gen_random_uuid(), '老标签', 'g-old', $1)`,
    [now],
  )
  const [tag] = await here.db.query<{ id: string }>(
    `INSERT INTO tags (id, group_id, name, wecom_tag_id, created_at) SELECT gen_random_uuid(), id, '大客户', 't-old', $1 FROM tag_groups WHERE name = '老标签' RETURNING id`,
    [now],
  )
  await expect(renameTag(here.house, tag?.id ?? '', 'KA')).rejects.toMatchObject({ id: 'not_ours' })
})
