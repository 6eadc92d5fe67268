import { beforeAll, expect, it } from 'vitest'
import { setConsent } from '../../src/leads/consent.ts'
import { lockLead } from '../../src/leads/lock.ts'
import { plan } from '../../src/messages/plan.ts'
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
