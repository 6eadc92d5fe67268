import { beforeAll, expect, it } from 'vitest'
import { setConsent } from '../../src/leads/consent.ts'
import { lockLead } from '../../src/leads/lock.ts'
import { plan } from '../../src/messages/plan.ts'
import { tellRoles } from '../../src/messages/tell.ts'
import { befriend, openLead } from '../support/people.ts'
import { testWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await testWorld()
  await world.settle()
})

let serial = 0
/** Words to a customer at risk, which a red line of the playbook lets go only with a manager's yes. */
async function risky(): Promise<{ id: string; leadId: string }> {
  const { house, sandbox } = world
  const { external_userid: external } = await sandbox.customerScans({ name: `客户 ${++serial}`, userid: 'LiLei' })
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: external }] })
  await befriend(house, leadId, 'LiLei', external)
  await house.db.query("UPDATE leads SET stage = 'AT_RISK', desk = 'success' WHERE id = $1", [leadId])
  const { id } = await house.db.transaction(async (tx) => {
    await lockLead(tx, leadId)
    return plan(tx, house, {
      key: `risky-${serial}`,
      leadId,
      purpose: 'marketing',
      by: 'test',
      text: '新功能上线',
      mayWait: true,
    })
  })
  await world.settle()
  return { id, leadId }
}
const of = async ({ id, leadId }: { id: string; leadId: string }) => {
  const { json } = await world.api('GET', `/api/messages?leadId=${leadId}`, undefined, 'ChenJing')
  return (json.items as { id: string }[]).find((message) => message.id === id)
}
const shown = (id: string) =>
  world.sandbox.inboxOf('ChenJing').find(({ content }) => JSON.stringify(content).includes(id))?.receivers.ChenJing
    ?.replaceName

it('a manager’s press comes in by the encrypted door: yes lets it go, no ends it, and his card says which', async () => {
  const [yes, no] = [await risky(), await risky()]
  for (const asked of [yes, no])
    expect(await of(asked)).toMatchObject({ state: 'waiting', waitsFor: { for: 'approval' } })
  await world.sandbox.staffPresses({ userid: 'ChenJing', key: `approve:${yes.id}` })
  await world.sandbox.staffPresses({ userid: 'ChenJing', key: `refuse:${no.id}` })
  await world.settle()
  expect(await of(yes)).toMatchObject({ state: 'planned', reason: null })
  expect(await of(no)).toMatchObject({ state: 'refused', reason: { id: 'red_line' } })
  expect([shown(yes.id), shown(no.id)]).toEqual(['已同意', '不同意'])
})

it('a press that comes too late changes nothing: the customer has opted out meanwhile', async () => {
  const { house, sandbox } = world
  const asked = await risky()
  const { id, leadId } = asked
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'test', by: 'customer' }),
  )
  await sandbox.staffPresses({ userid: 'ChenJing', key: `approve:${id}` })
  await world.settle()
  expect(await of(asked)).toMatchObject({ state: 'cancelled', reason: { message: '客户已退订' } })
})

/** Titles of the cards a member holds, with what their button says by now. */
const held = (userid: string) =>
  world.sandbox.inboxOf(userid).flatMap(({ content, receivers }) => {
    const { main_title: head } = content as { main_title?: { title: string } }
    return head ? [[head.title, receivers[userid]?.replaceName ?? null]] : []
  })

it('a notice is answered on its card: known is known, later comes again in an hour', async () => {
  const { house, sandbox } = world
  const { external_userid: external } = await sandbox.customerScans({ name: '钱工', userid: 'LiLei' })
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: external }] })
  await house.db.transaction((tx) =>
    tellRoles(tx, house, [], { key: 'hot', words: 'hot-lead', leadId, userids: ['LiLei'], urgent: true }),
  )
  await world.settle()
  const isHot = ({ content }: { content: object }) =>
    (content as { main_title?: { title: string } }).main_title?.title === '客户有动静'
  const hot = () => held('LiLei').filter(([title]) => title === '客户有动静')
  // Other cards that come to him in the same breath have the same buttons.
  const press = (key: string) =>
    sandbox.staffPresses({ userid: 'LiLei', msgid: sandbox.inboxOf('LiLei').findLast(isHot)?.msgid, key })
  expect(hot()).toEqual([['客户有动静', null]])
  await press('later')
  await world.settle()
  expect(hot()).toEqual([['客户有动静', '一小时后提醒']])
  await world.pass(61 * 60_000)
  expect(hot()).toHaveLength(2)
  await press('seen')
  await world.settle()
  expect(hot()[1]).toEqual(['客户有动静', '已知道'])
  await world.pass(2 * 60 * 60_000)
  expect(hot()).toHaveLength(2)
})

it('a card about a late review says so when somebody has judged', async () => {
  const { house, sandbox } = world
  const { external_userid: external } = await sandbox.customerScans({ name: '孙工', userid: 'LiLei' })
  await world.settle()
  const leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: external }] })
  await world.api('POST', '/api/events', {
    lead: { kind: 'externalUserId', value: external },
    type: 'demo_request',
    id: 'late-1',
  })
  await world.pass(24 * 60 * 60_000)
  const late = () => held('WangMin').filter(([title]) => title === '审核要超时了')
  expect(late()).toContainEqual(['审核要超时了', null])
  await world.api('POST', `/api/leads/${leadId}/verdict`, { verdict: 'mql', reason: '需求明确' }, 'WangMin')
  await world.settle()
  expect(late()).not.toContainEqual(['审核要超时了', null])
})
