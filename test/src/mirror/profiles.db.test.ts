import { beforeAll, describe, expect, it, vi } from 'vitest'
import { refreshProfiles } from '../../../src/mirror/profiles.ts'
import { writeRemark } from '../../../src/mirror/remark.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
})

const fetches = (id: string) =>
  here.sandbox.callsTo('externalcontact/get').filter((call) => call.query.external_userid === id).length
const tagsOf = async (leadId: string) =>
  (
    await here.db.query<{ tag: string }>(
      `SELECT gg.name || '/' || g.name || ' ' || lt.by AS tag FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id
       WHERE lt.lead_id = $1 ORDER BY 1`,
      [leadId],
    )
  ).map((row) => row.tag)

describe('a profile', () => {
  it('is fetched once for a storm of a thousand edits, two seconds after the last', async () => {
    const { id } = await customerNamed(here, '张三', 'LiLei')
    await here.settle()
    const before = fetches(id)
    for (let i = 0; i < 1000; i++) await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, remark: `张三 ${i}` })
    await here.sandbox.idle()
    await here.work('dispatch-storm')
    const [marked] = await here.db.query<{ at: Date }>(
      'SELECT stale_since AS at FROM follows WHERE external_userid = $1',
      [id],
    )
    const last = marked?.at.getTime() ?? 0
    here.clock.set(new Date(last + 1_999))
    await here.work('refresh-profiles')
    expect(fetches(id)).toBe(before)
    here.clock.set(new Date(last + 2_000))
    await here.work('refresh-profiles')
    expect(fetches(id)).toBe(before + 1)
    expect(await here.follow('LiLei', id)).toMatchObject({ remark: '张三 999' })
    await here.settle()
    expect(fetches(id)).toBe(before + 1)
  })

  it('fills what we do not know: name, company, title, unionid and mobiles, and overwrites nothing', async () => {
    const { external_userid: id } = await here.sandbox.createCustomer({
      name: '王经理',
      type: 2,
      corpName: '宁波精工',
      position: '采购经理',
    })
    await here.sandbox.customerScans({ customer: id, userid: 'LiLei' })
    await here.settle()
    expect(await here.lead(id)).toMatchObject({ name: '王经理', company: '宁波精工' })
    await here.db.query("UPDATE leads SET company = '宁波精工机械有限公司' WHERE id = $1", [(await here.lead(id)).id])
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, company: '别的公司', mobiles: ['13800000001'] })
    await here.settle()
    expect(await here.lead(id)).toMatchObject({ company: '宁波精工机械有限公司' })
    const known = await here.db.query(
      "SELECT kind, hint, sealed IS NOT NULL AS sealed FROM identities WHERE lead_id = $1 AND kind <> 'externalUserId'",
      [(await here.lead(id)).id],
    )
    expect(known).toEqual([{ kind: 'mobile', hint: '138****0001', sealed: true }])
  })

  it('that shows somebody else’s mobile only suggests that the two are one', async () => {
    const one = await customerNamed(here, '甲', 'LiLei')
    const two = await customerNamed(here, '乙', 'LiLei')
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: one.id, mobiles: ['13911112222'] })
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: two.id, mobiles: ['13911112222'] })
    await here.settle()
    expect((await here.lead(two.id)).id).toBe(two.leadId)
    const pair = [one.leadId, two.leadId].sort()
    expect(await here.db.query('SELECT a, b FROM merge_suggestions')).toEqual([{ a: pair[0], b: pair[1] }])
  })

  it('turns tags put on and taken off by hand into the lead’s, in the member’s name', async () => {
    const { tags } = await here.sandbox.consoleAddsTags({
      group: '需求',
      tags: ['降本', '提效'].map((name) => `${name}测试`),
    })
    const { id, leadId } = await customerNamed(here, '丙', 'LiLei', 'HanMeimei')
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, addTags: tags.map((tag) => tag.id) })
    await here.settle()
    expect(await tagsOf(leadId)).toEqual(['需求/提效测试 wecom:LiLei', '需求/降本测试 wecom:LiLei'])
    expect(here.worn('HanMeimei', id, '需求')).toEqual(['提效测试', '降本测试'])
    await here.sandbox.staffEdits({ userid: 'HanMeimei', customer: id, removeTags: [tags[0]?.id as string] })
    await here.settle()
    expect(await tagsOf(leadId)).toEqual(['需求/提效测试 wecom:LiLei'])
    expect(here.worn('LiLei', id, '需求')).toEqual(['提效测试'])
  })

  it('of which tags were read while we changed them is read again instead of believed', async () => {
    const { id, leadId } = await customerNamed(here, '丁', 'LiLei')
    await here.settle()
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, remark: '丁总' })
    await here.sandbox.idle()
    await here.work('dispatch-storm')
    here.clock.advance(3_000)
    // The answer is slow; meanwhile the tag we put on arrives and is written down.
    await here.sandbox.setFaults({ api: [{ path: 'externalcontact/get', slowMs: 300, count: 1 }] })
    const reading = refreshProfiles(here.house)
    await vi.waitFor(async () =>
      expect(
        await here.db.query('SELECT 1 FROM follows WHERE external_userid = $1 AND stale_since > $2', [
          id,
          here.clock.now(),
        ]),
      ).toHaveLength(1),
    )
    await here.db.query('UPDATE follows SET marks = marks + 1 WHERE external_userid = $1', [id])
    await here.db.query('DELETE FROM follow_tags WHERE external_userid = $1', [id])
    await reading
    expect(await here.db.query('SELECT 1 FROM follow_tags WHERE external_userid = $1', [id])).toEqual([])
    expect(
      await here.db.query('SELECT 1 FROM follows WHERE external_userid = $1 AND stale_since IS NOT NULL', [id]),
    ).toHaveLength(1)
    await here.settle()
    expect(
      await here.db.query("SELECT 1 FROM stage_changes WHERE lead_id = $1 AND rule = 'stage-tag'", [leadId]),
    ).toEqual([])
  })

  it('that WeCom shows no more ends the relation, but not while it may simply not know it yet', async () => {
    await here.sandbox.setFaults({ lagMs: 8_000, callbacks: { lose: 0 } })
    const { id } = await customerNamed(here, '戊', 'LiLei')
    await here.settle(1)
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'full' })
    await here.settle(4)
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
    await here.sandbox.setFaults({ lagMs: 0, callbacks: { lose: 1 } })
    await here.sandbox.staffDeletes({ userid: 'LiLei', customer: id })
    await here.sandbox.setFaults({ preset: 'calm' })
    here.clock.advance(120_000)
    await here.db.query('UPDATE follows SET stale_since = $2 WHERE external_userid = $1', [id, here.clock.now()])
    await here.settle()
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_us' })
  })

  it('belongs to people deleted and added again, by either side, any number of times', async () => {
    const { id, leadId } = await customerNamed(here, '己', 'LiLei')
    for (let round = 0; round < 3; round++) {
      await here.settle()
      await here.sandbox.customerDeletes({ userid: 'LiLei', customer: id })
      await here.settle()
      expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_customer' })
      await here.sandbox.customerScans({ customer: id, userid: 'LiLei' })
      await here.settle()
      expect(await here.follow('LiLei', id)).toMatchObject({ state: 'full' })
      await here.sandbox.staffDeletes({ userid: 'LiLei', customer: id })
      await here.settle()
      expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_us' })
      await here.sandbox.customerScans({ customer: id, userid: 'LiLei' })
    }
    await here.settle()
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'full' })
    expect((await here.lead(id)).id).toBe(leadId)
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
    const [{ relations } = { relations: 0 }] = await here.db.query<{ relations: number }>(
      'SELECT count(*) AS relations FROM follows WHERE external_userid = $1',
      [id],
    )
    expect(relations).toBe(1)
  })
})

describe('a remark written back to WeCom', () => {
  it('is crossed by no other edit: of several at once one is written, the others are told; what came from a phone is never lost', async () => {
    const { id, leadId } = await customerNamed(here, '庚', 'LiLei')
    await here.settle()
    const write = (remark: string, seen: string) =>
      writeRemark(here.house, leadId, { userid: 'lilei', seen: { remark: seen }, next: { remark } })
    const there = () => here.sandbox.world.relations.find((one) => one.external_userid === id)?.remark
    const before = there() ?? ''
    const all = await Promise.allSettled(['一', '二', '三'].map((remark) => write(remark, before)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of all) if (one.status === 'rejected') expect(one.reason.id).toMatch(/^remark_(busy|changed)$/)
    const now = there() ?? ''
    await expect(write('四', before)).rejects.toMatchObject({ id: 'remark_changed', details: { remark: now } })
    await here.sandbox.staffEdits({ userid: 'LiLei', customer: id, remark: '手机上写的' })
    await expect(write('五', now)).rejects.toMatchObject({ id: 'remark_changed', details: { remark: '手机上写的' } })
    await write('六', '手机上写的')
    await here.settle()
    expect([there(), (await here.follow('LiLei', id))?.remark]).toEqual(['六', '六'])
    await here.sandbox.staffDeletes({ userid: 'LiLei', customer: id })
    await expect(write('七', '六')).rejects.toMatchObject({ id: 'not_a_friend' })
  })
})
