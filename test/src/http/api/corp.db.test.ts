import { beforeAll, describe, expect, it } from 'vitest'
import { testWorld, type World } from '../../../support/world.ts'

let world: World
let external = ''
let id = ''

beforeAll(async () => {
  world = await testWorld()
  external = (await world.sandbox.customerScans({ name: '张三', userid: 'LiLei' })).external_userid
  await world.pass(6_000)
  id = (await world.api('GET', `/api/leads?externalUserId=${external}`)).json.items[0].id
})

describe('people the corp had before us', () => {
  it('are counted with their tags, and wake at the stage their tags say', async () => {
    await world.house.db.query('UPDATE leads SET automation = false WHERE id = $1', [id])
    await world.house.db.query(
      `INSERT INTO tag_groups (id, name, created_at) VALUES ('00000000-0000-7000-8000-000000000001', '老分类', now())`,
    )
    await world.house.db.query(
      `INSERT INTO tags (id, group_id, name, created_at) VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', '已成交', now())`,
    )
    await world.house.db.query(
      `INSERT INTO lead_tags (lead_id, tag_id, by, at) VALUES ($1, '00000000-0000-7000-8000-000000000002', 'test', now())`,
      [id],
    )
    expect(await world.api('GET', '/api/automation')).toEqual({
      status: 200,
      json: { silent: 1, tags: [{ group: '老分类', name: '已成交', leads: 1 }] },
    })
    const tagToStage = [{ group: '老分类', name: '已成交', stage: 'CUSTOMER' }]
    expect((await world.api('POST', '/api/automation', { tagToStage }, 'WangMin')).status).toBe(403)
    const begun = await world.api('POST', '/api/automation', { tagToStage })
    expect(begun.status).toBe(202)
    await world.pass(6_000)
    expect((await world.api('GET', `/api/jobs/${begun.json.jobId}`)).json.state).toBe('done')
    expect((await world.api('GET', `/api/leads/${id}`)).json).toMatchObject({ stage: 'CUSTOMER', desk: 'success' })
    expect((await world.api('GET', '/api/automation')).json.silent).toBe(0)
  })

  it('refuses a stage that is none', async () => {
    const answer = await world.api('POST', '/api/automation', {
      tagToStage: [{ group: 'a', name: 'b', stage: 'MARS' }],
    })
    expect(answer).toMatchObject({ status: 422, json: { error: { id: 'stage_unknown' } } })
  })
})

describe('a transfer inside WeCom', () => {
  it('is asked once, and refused while it runs', async () => {
    await world.api('PUT', '/api/staff/HanMeimei', { roles: ['sales'] })
    expect(await world.api('POST', `/api/leads/${id}/transfer`, { takeover: 'HanMeimei' })).toMatchObject({
      status: 202,
    })
    expect(world.sandbox.callsTo('externalcontact/transfer_customer')).toHaveLength(1)
    expect(await world.api('POST', `/api/leads/${id}/transfer`, { takeover: 'HanMeimei' })).toMatchObject({
      status: 409,
      json: { error: { id: 'transfer_running' } },
    })
  })
})
