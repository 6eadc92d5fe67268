import { beforeEach, describe, expect, it } from 'vitest'
import { switchAutomation } from '../../../src/mirror/switch-automation.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
beforeEach(async () => {
  here = await corp(await testDatabase(), { seed: 'sample' })
})

const counts = async () => {
  const [row] = await here.db.query(
    `SELECT (SELECT count(*) FROM leads) AS leads, (SELECT count(*) FROM follows) AS relations, (SELECT count(*) FROM identities WHERE kind = 'externalUserId') AS people,
       (SELECT count(*) FROM lead_tags) AS tags, (SELECT count(*) FROM touches) AS touches`,
  )
  return row as { leads: number; relations: number; people: number; tags: number; touches: number }
}
const live = () => here.sandbox.world.relations.filter((one) => !one.half && !one.deletedByStaff)

describe('the first sync', () => {
  it('meets everybody, silently: no tag, no review, no task, no message', async () => {
    await here.settle()
    const people = new Set(live().map((one) => one.external_userid))
    expect(people.size).toBeGreaterThan(200)
    expect(await counts()).toMatchObject({ leads: people.size, people: people.size, relations: live().length })
    expect(await here.db.query('SELECT 1 FROM leads WHERE automation')).toEqual([])
    expect(
      await here.db.query('SELECT 1 FROM messages UNION ALL SELECT 1 FROM review_queue UNION ALL SELECT 1 FROM offers'),
    ).toEqual([])
    for (const path of ['mark_tag', 'send_welcome_msg', 'add_msg_template', 'remark'])
      expect(here.sandbox.callsTo(`externalcontact/${path}`)).toEqual([])
    expect(here.sandbox.callsTo('message/send')).toEqual([])
    const [job] = await here.db.query("SELECT state, done, total FROM jobs WHERE kind = 'first-sync'")
    expect(job).toEqual({ state: 'done', done: live().length, total: live().length })
    const staff = await here.db.query<{ name: string; roles: string[] }>('SELECT name, roles FROM staff')
    expect(staff.every((person) => person.name !== '' && person.roles.length === 0)).toBe(true)
  })

  it('takes over the tags people wear, as a base and not as a wish', async () => {
    await here.settle()
    const worn = live().reduce((sum, one) => sum + one.tagIds.length, 0)
    expect(worn).toBeGreaterThan(50)
    expect(await here.db.query('SELECT 1 FROM follow_tags')).toHaveLength(worn)
    expect((await counts()).tags).toBeGreaterThan(50)
    expect(await here.db.query('SELECT 1 FROM follows WHERE wish_at IS NOT NULL')).toEqual([])
  })

  it('goes on where it was when it was interrupted, and twice is once', async () => {
    await here.work('sync-tags')
    // After two pages the network is gone.
    await here.sandbox.setFaults({
      api: [
        { path: 'externalcontact/batch/get_by_user', slowMs: 0, count: 2 },
        { path: 'externalcontact/batch/get_by_user', errcode: 45033, count: 12 },
      ],
    })
    await here.work('first-sync')
    const before = await counts()
    expect(before.relations).toBe(200)
    const asked = here.sandbox.callsTo('externalcontact/batch/get_by_user').length
    await here.sandbox.setFaults({ preset: 'calm' })
    here.clock.advance(600_000)
    await here.settle()
    const all = await counts()
    expect(all.relations).toBe(live().length)
    const pages = here.sandbox.callsTo('externalcontact/batch/get_by_user').slice(asked)
    expect(pages[0]?.body).not.toMatchObject({ cursor: '' })
    await here.db.query("UPDATE mirror_work SET done_at = NULL WHERE name = 'first-sync'")
    await here.settle()
    expect(await counts()).toEqual(all)
  })

  it('leaves those to their event who are added while it runs: they are live from the start', async () => {
    here.sandbox.setCallbackUrl(undefined)
    await here.work('sync-tags')
    await here.sandbox.setFaults({ api: [{ path: 'externalcontact/batch/get_by_user', errcode: 45033, count: 4 }] })
    await here.work('first-sync')
    await here.sandbox.setFaults({ preset: 'calm' })
    const { external_userid: id } = await here.sandbox.customerScans({ name: '新来的', userid: 'LiLei' })
    here.clock.advance(60_000)
    await here.settle()
    expect(await here.follow('LiLei', id)).toBeUndefined()
    // The event never came; the comparison that follows the first sync brings it.
    here.clock.advance(60_000)
    await here.work('reconcile', 'dispatch-storm')
    await here.settle()
    expect(await here.lead(id)).toMatchObject({ automation: true })
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
  })

  it('meets those living beside: an event makes a live lead while the rest stays silent', async () => {
    await here.settle()
    const { id } = await customerNamed(here, '扫码的人', 'LiLei')
    await here.settle()
    expect(await here.lead(id)).toMatchObject({ automation: true })
    expect(here.worn('LiLei', id, '客户阶段')).toEqual(['MAL · 市场线索'])
    expect(here.sandbox.callsTo('externalcontact/mark_tag')).toHaveLength(1)
  })

  it('ends its silence when an admin says which stages the tags stand for', async () => {
    await here.settle()
    const silent = live()[0] as (typeof here.sandbox.world.relations)[number]
    const { tags } = await here.sandbox.consoleAddsTags({ group: '跟进情况', tags: ['已成交'] })
    await here.sandbox.staffEdits({
      userid: silent.userid,
      customer: silent.external_userid,
      addTags: [tags[0]?.id as string],
    })
    await here.settle()
    await here.settle()
    expect(await here.lead(silent.external_userid)).toMatchObject({ stage: 'MAL', automation: false })
    await switchAutomation(
      here.house,
      { tagToStage: [{ group: '跟进情况', name: '已成交', stage: 'CUSTOMER' }] },
      'SunLi',
    )
    await here.work('switch-automation')
    expect(await here.lead(silent.external_userid)).toMatchObject({
      stage: 'CUSTOMER',
      desk: 'success',
      owner: expect.any(String),
      automation: true,
    })
    expect(await here.db.query('SELECT 1 FROM leads WHERE NOT automation')).toEqual([])
    await here.settle()
    expect(here.worn(silent.userid, silent.external_userid, '客户阶段')).toEqual(['CUSTOMER · 成交'])
    const [job] = await here.db.query<{ state: string; done: number; total: number }>(
      "SELECT state, done, total FROM jobs WHERE kind = 'switch-automation'",
    )
    expect(job).toMatchObject({ state: 'done', done: job?.total })
    expect(await here.db.query('SELECT 1 FROM review_queue')).toEqual([])
  })
})
