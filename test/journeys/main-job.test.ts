import { beforeAll, describe, expect, it } from 'vitest'
import { testWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await testWorld()
})

const leadOf = async (externalUserId: string) =>
  (await world.api('GET', `/api/leads?externalUserId=${externalUserId}`)).json.items[0]

/** The tags of group 客户阶段 that a relation wears in WeCom. */
function stageTags(userid: string, externalUserId: string): string[] {
  const group = [...world.sandbox.world.tagGroups.values()].find(({ name }) => name === '客户阶段')
  const worn =
    world.sandbox.world.relations.find((one) => one.userid === userid && one.external_userid === externalUserId)
      ?.tagIds ?? []
  return group ? group.tags.filter((tag) => worn.includes(tag.id)).map(({ name }) => name) : []
}

describe('a lead comes in through WeCom and goes its way', () => {
  let external = ''
  let id = ''

  it('is welcomed once, tagged, and put before an MDR', async () => {
    const code = await world.api('POST', '/api/live-codes', {
      name: '宁波工博会',
      staff: ['WangMin'],
      tags: [{ group: '来源', name: '展会' }],
      source: { channel: '展会', campaign: '宁波工博会' },
    })
    expect(code.status).toBe(201)
    const scan = await world.sandbox.customerScans({ name: '张三', state: code.json.state })
    external = scan.external_userid
    await world.settle()
    expect(world.sandbox.callsTo('externalcontact/send_welcome_msg')).toHaveLength(1)
    // The corp's tags are made first; what waited for them is tried again a moment later.
    await world.pass(6_000)
    expect(world.sandbox.received(external)).toHaveLength(1)
    const lead = await leadOf(external)
    id = lead.id
    expect(lead).toMatchObject({
      name: '张三',
      stage: 'MAL',
      desk: 'review',
      source: { first: { channel: '展会' } },
      tags: [{ group: '来源', name: '展会' }],
    })
    expect(stageTags('WangMin', external)).toEqual([expect.stringContaining('MAL')])
  })

  it('is claimed by one MDR, judged an MQL, and offered to a rep as a card', async () => {
    const claim = await world.api('POST', '/api/review-queue/claim', {}, 'WangMin')
    expect(claim.json.id).toBe(id)
    const verdict = await world.api(
      'POST',
      `/api/leads/${id}/verdict`,
      { verdict: 'mql', reason: '需求明确' },
      'WangMin',
    )
    expect(verdict).toMatchObject({ status: 200, json: { stage: 'MQL', desk: 'sales', owner: null } })
    await world.settle()
    const cards = world.sandbox.inboxOf('LiLei').filter(({ content }) => JSON.stringify(content).includes('accept:'))
    expect(cards).toHaveLength(1)
    expect(stageTags('WangMin', external)).toEqual([expect.stringContaining('MQL')])
  })

  it('is accepted by a press, and the rep gets a ready introduction', async () => {
    const card = world.sandbox.inboxOf('LiLei').find(({ content }) => JSON.stringify(content).includes('accept:'))
    const key = /accept:[0-9a-f-]+/.exec(JSON.stringify(card?.content))?.[0] ?? ''
    await world.sandbox.staffPresses({ userid: 'LiLei', taskId: card?.taskId ?? '', key })
    await world.settle()
    expect(await leadOf(external)).toMatchObject({ stage: 'MQL', desk: 'sales', owner: 'LiLei' })
    expect(world.sandbox.callsTo('message/update_template_card')).toHaveLength(1)
    const ways = world.sandbox
      .callsTo('externalcontact/add_contact_way')
      .map(({ body }) => body as { state: string; user: string[] })
    expect(ways.at(-1)).toMatchObject({ user: ['LiLei'], state: expect.stringMatching(/^ho_/) })
  })

  it('joins the same lead when the customer adds the rep, with words of the hand-over', async () => {
    const { state } = (world.sandbox.callsTo('externalcontact/add_contact_way').at(-1)?.body ?? {}) as { state: string }
    await world.sandbox.customerScans({ customer: external, state })
    await world.settle()
    await world.pass(3_000)
    const lead = await leadOf(external)
    expect(lead).toMatchObject({
      id,
      stage: 'MQL',
      owner: 'LiLei',
      source: { first: { channel: '展会' }, last: { channel: '展会' } },
    })
    expect(world.sandbox.callsTo('externalcontact/send_welcome_msg')).toHaveLength(2)
    const [first, second] = world.sandbox.received(external)
    expect(second?.text).not.toBe(first?.text)
    expect(stageTags('LiLei', external)).toEqual([expect.stringContaining('MQL')])
  })

  it('goes on to SQL, and comes back to nurture with its reason, its rest and all of its history', async () => {
    expect((await world.api('POST', `/api/leads/${id}/advance`, { to: 'SQL' }, 'LiLei')).json).toMatchObject({
      stage: 'SQL',
      owner: 'LiLei',
    })
    const back = await world.api('POST', `/api/leads/${id}/return`, { reason: '今年没有预算' }, 'LiLei')
    expect(back.json).toMatchObject({ stage: 'MAL', desk: 'nurture', owner: null, recycleCount: 1 })
    expect(back.json.coolUntil).not.toBeNull()
    await world.settle()
    expect(stageTags('WangMin', external)).toEqual([expect.stringContaining('MAL')])
    expect(stageTags('LiLei', external)).toEqual([expect.stringContaining('MAL')])
    const kinds = (await world.api('GET', `/api/leads/${id}/timeline?limit=200`)).json.items.map(
      ({ kind }: { kind: string }) => kind,
    )
    for (const kind of ['touch', 'stage', 'offer', 'verdict']) expect(kinds).toContain(kind)
  })
})
