import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { House } from '../../src/house.ts'
import { setConsent } from '../../src/leads/consent.ts'
import { lockLead } from '../../src/leads/lock.ts'
import { claimMs } from '../../src/messages/claim.ts'
import { closeBatches } from '../../src/messages/close-batches.ts'
import { deliverDue } from '../../src/messages/deliver.ts'
import { saveContent } from '../../src/messages/library.ts'
import { type PlanRequest, plan } from '../../src/messages/plan.ts'
import { pollBatches } from '../../src/messages/poll-batches.ts'
import { findUnknown, recoverSending } from '../../src/messages/recover.ts'
import { tendTodos } from '../../src/messages/tend-todos.ts'
import { beginTodo, finishTodo } from '../../src/messages/todos.ts'
import { testDatabase } from '../support/db.ts'
import { addStaff } from '../support/people.ts'
import { type WecomHouse, wecomHouse } from '../support/wecom-house.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const windows = { day, week: 7 * day, month: 30 * day }

const caps = {
  person: { day: 1, week: 3, month: 5 },
  account: { day: 2, week: 5 },
  channels: { 'group-send': { week: 2 }, 'one-tap': { week: 2 } },
}

interface Person {
  leadId: string
  externalUserId: string
  account: string | null
  /** From then on nothing of marketing may come. */
  leftAt: number
}

const person = fc.nat({ max: 4 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('plan' as const),
      who: fc.uniqueArray(person, { minLength: 1 }),
      what: fc.constantFrom<Partial<PlanRequest> & { piece?: number }>(
        { mayWait: true, by: 'journey:test' },
        { mayWait: true, by: 'journey:test', piece: 0 },
        { mayWait: true, by: 'journey:test', piece: 1 },
        { mayWait: true, broadcast: true, by: 'broadcast:test' },
        { mayWait: true, broadcast: true, by: 'broadcast:test', piece: 0 },
        { mayWait: true, channel: 'one-tap' },
        { mayWait: true, purpose: 'handover' },
        {},
        { piece: 1 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ does: 'confirm' as const }) },
  { weight: 3, arbitrary: fc.constant({ does: 'tap' as const }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), who: person }) },
  { weight: 1, arbitrary: fc.constant({ does: 'busy' as const }) },
)
const moment = fc.record({
  step,
  /** Whether the second worker dies, and at which side of its first call. */
  dies: fc.constantFrom('no', 'no', 'no', 'before', 'after'),
  waits: fc.constantFrom(minute, 11 * minute, 5 * hour, 13 * hour, day, 2 * day),
})

let house: WecomHouse
let pieces: string[]
beforeAll(async () => {
  house = await wecomHouse(await testDatabase({ poolSize: 12 }))
  await house.playbook.change({ caps }, 'test')
  await addStaff(house, 'LiLei', ['sales'])
  pieces = []
  for (const name of ['甲', '乙']) {
    const words = { title: `篇${name}`, body: `这是篇${name}。`, say: `请看篇${name}` }
    pieces.push((await saveContent(house, { kind: 'text', stages: ['MAL'], ...words }, 'test')).id)
  }
})

/** A worker that is killed at its first call to WeCom: nothing of it is heard again, whether or not WeCom heard it. */
function dying(side: 'before' | 'after'): { worker: House; died: Promise<void> } {
  let die = () => {}
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  const call: House['wecom']['call'] = async (...asked) => {
    if (side === 'after') await house.wecom.call(...asked)
    die()
    return new Promise(() => {})
  }
  return { worker: { ...house, wecom: { ...house.wecom, call } }, died }
}

async function work(of: House): Promise<void> {
  for (const job of [deliverOnce, closeBatches, pollBatches, tendTodos, recoverSending])
    for (let runs = 0; runs < 10 && (await job(of)); runs++);
  await findUnknown(of)
}
const deliverOnce = (of: House) => deliverDue(of, 'normal')

async function workTogether(dies: 'no' | 'before' | 'after'): Promise<void> {
  if (dies === 'no') await Promise.all([work(house), work(house)])
  else {
    const { worker, died } = dying(dies)
    await Promise.all([work(house), Promise.race([work(worker), died])])
  }
}

let serial = 0
async function planFor({ leadId }: Person, { piece, ...what }: Partial<PlanRequest> & { piece?: number }) {
  const id = ++serial
  const kind = what.purpose === 'handover' ? '介绍' : '话'
  const words = piece === undefined ? { text: `${kind} ${id}` } : { contentId: pieces[piece] as string }
  const request: PlanRequest = { key: `caps-${id}`, leadId, purpose: 'marketing', by: 'test', ...words, ...what }
  await house.db.transaction(async (tx) => {
    await lockLead(tx, leadId)
    await plan(tx, house, request)
  })
}

/** The member confirms whatever waits on his phone. */
async function confirm() {
  const now = house.clock.now().getTime()
  for (const { msgid, dispatchedAt, members } of house.sandbox.world.groupSends.filter(({ cancelled }) => !cancelled))
    for (const { userid, confirmedAt, dismissed } of members)
      if (!confirmedAt && !dismissed && dispatchedAt <= now) await house.sandbox.confirmGroupSend({ userid, msgid })
}

/** He sends what stands in his list, as far as he is let; his chat tells twice. */
async function tap() {
  const me = { userid: 'LiLei', roles: [] }
  const open = await house.db.query<{ id: string }>(
    `SELECT m.id FROM todos t JOIN messages m ON m.id = t.message_id WHERE m.state = 'waiting' ORDER BY m.id`,
  )
  for (const { id } of open) {
    const todo = await beginTodo(house, id, me).catch(() => null)
    if (!todo) continue
    await house.sandbox.staffWrites({ userid: 'LiLei', customer: todo.recipient ?? '', text: todo.body.text })
    await Promise.all([finishTodo(house, id, me, 'chat'), finishTodo(house, id, me, 'chat')])
  }
}

async function leave(someone: Person) {
  const consent = { leadId: someone.leadId, purpose: 'marketing', granted: false, source: 'test', by: 'customer' }
  await house.db.transaction((tx) => setConsent(tx, house, consent))
  // What a member already holds is taken back at the next look.
  for (const ms of [claimMs + 1, minute, minute]) {
    house.clock.advance(ms)
    await work(house)
  }
  someone.leftAt = Math.min(someone.leftAt, house.clock.now().getTime())
}

/** A hand-over is what the customer waits for: caps, nights and opt-outs are not about it. */
const isMarketing = ({ text }: { text?: string }) => !text?.startsWith('介绍')
const got = ({ externalUserId }: Person) => house.sandbox.received(externalUserId).filter(isMarketing)

type Log = { at: number }[]
function expectWithin(log: Log, most: Readonly<Record<string, number>>, what: string) {
  const times = log.map(({ at }) => at).sort((a, b) => a - b)
  for (const [name, cap] of Object.entries(most))
    for (const [index, at] of times.entries()) {
      const next = times[index + cap]
      if (next !== undefined && next - at < windows[name as keyof typeof windows])
        throw new Error(`${what}: more than ${cap} a ${name}: ${times.map((time) => new Date(time).toISOString())}`)
    }
}

it('whatever is planned, and whoever dies: no window over its cap, nothing at night, nothing after an opt-out, nothing twice', async () => {
  const { calendar } = await house.playbook.current()
  let received = 0
  const ways = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 14, maxLength: 22 }), async (moments) => {
      house.clock.advance(40 * day)
      await work(house)
      const people: Person[] = []
      const company = `公司 ${++serial}`
      for (let index = 0; index < 5; index++) {
        const account = index < 3 ? company : null
        const friend = await house.friend('LiLei', { name: `客户 ${serial}-${index}`, ...(account ? { company } : {}) })
        people.push({ ...friend, account, leftAt: Number.POSITIVE_INFINITY })
      }
      const before = house.sandbox.world.groupSends.length
      for (const { step, dies, waits } of moments) {
        if (step.does === 'plan')
          await Promise.all(step.who.map((index) => planFor(people[index] as Person, step.what)))
        if (step.does === 'confirm') await confirm()
        if (step.does === 'tap') await tap()
        if (step.does === 'leave') await leave(people[step.who] as Person)
        if (step.does === 'busy')
          await house.sandbox.setFaults({
            api: [{ path: 'externalcontact/add_msg_template', errcode: 45009, count: 1 }],
          })
        await workTogether(dies)
        house.clock.advance(waits)
        await work(house)
      }
      for (const someone of people) {
        const log = got(someone)
        received += log.length
        for (const { via } of log) ways.add(via)
        expectWithin(log, caps.person, 'person')
        expectWithin(
          log.filter(({ via }) => via === 'group-send'),
          caps.channels['group-send'],
          'group-send',
        )
        expectWithin(
          log.filter(({ via }) => via === 'hand'),
          caps.channels['one-tap'],
          'one-tap',
        )
        expect(log.filter(({ at }) => at > someone.leftAt)).toEqual([])
        expect(new Set(log.map(({ text }) => text)).size).toBe(log.length)
      }
      const colleagues = people.filter(({ account }) => account !== null)
      expectWithin(colleagues.flatMap(got), caps.account, 'account')
      const made = house.sandbox.world.groupSends.slice(before).filter(isMarketing)
      expect(made.filter(({ createdAt }) => calendar.isQuiet(new Date(createdAt)))).toEqual([])
    }),
    { numRuns: 5, endOnFailure: true },
  )
  expect(received).toBeGreaterThan(5)
  expect([...ways].sort()).toEqual(['group-send', 'hand'])
}, 240_000)
