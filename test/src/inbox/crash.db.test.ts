import { beforeAll, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { wantLiveCode } from '../../../src/codes/make.ts'
import type { Db, SqlValue, Transaction } from '../../../src/db.ts'
import { claimMs, recoverClaims } from '../../../src/inbox/claim.ts'
import { dispatch } from '../../../src/inbox/dispatch.ts'
import { whenSent } from '../../../src/messages/send-soon.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, handleAll, incoming, kfText, states, store } from '../../support/inbox.ts'
import { addStaff } from '../../support/people.ts'
import { pictureOf } from '../../support/picture.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
let state: string
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  fake = await fakeWecom()
  house = await testHouse({ db: opened, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
  const code = await db.transaction((tx) =>
    wantLiveCode(tx, house, {
      kind: 'live',
      name: '展会',
      staff: ['LiLei'],
      tags: [{ group: '来源', name: '展会' }],
      source: { channel: '展会' },
      by: 'test',
    }),
  )
  state = code.state
})

/** A worker's database that dies with its `at`-th step: from then on nothing the worker does reaches it. */
function mortal(at: number): { house: TestHouse; steps: () => number; commits: number[] } {
  let steps = 0
  const commits: number[] = []
  const step = () => {
    if (++steps >= at) throw new Error('killed')
  }
  const ask =
    (query: Db['query']): Db['query'] =>
    async (text: string, values?: readonly SqlValue[]) => {
      step()
      return query(text, values)
    }
  const mortalDb: Db = {
    ...db,
    query: ask(db.query),
    async transaction(work) {
      const done = await db.transaction(async (tx: Transaction) => {
        const result = await work({ query: ask(tx.query), afterCommit: tx.afterCommit })
        step()
        return result
      })
      commits.push(steps + 1)
      step()
      return done
    },
  }
  return { house: { ...house, db: mortalDb }, steps: () => steps, commits }
}

const story = (who: string) => [
  contactEvent('add_external_contact', who, { State: state, WelcomeCode: `code-${who}` }),
  kfText(who, '人工', `m1-${who}`),
  kfText(who, '请问怎么收费', `m2-${who}`),
  kfText(who, '退订', `m3-${who}`),
  contactEvent('del_follow_user', who),
]

let serial = 0
/** Tells a new person's story to a worker that dies, then to one that lives. */
async function tell(at: number) {
  const who = `wm-crash-${++serial}`
  clock.set(new Date(new Date(thursdayMorning).getTime() + serial * 120_000))
  const ids: number[] = []
  for (const event of story(who)) {
    clock.advance(100)
    ids.push(...(await store(house, [incoming(house, event)])))
  }
  const worker = mortal(at)
  let died = false
  try {
    for (const lane of ['welcome', 'default'] as const) while (await dispatch(worker.house, lane));
  } catch {
    died = true
  }
  await whenSent(10_000)
  if (died) {
    clock.advance(claimMs + 1)
    await recoverClaims(house)
  }
  // What failed by the way is due again after its wait.
  for (let tries = 0; tries < 4; tries++) {
    await handleAll(house)
    await whenSent(10_000)
    if ((await states(house, ids)).every((one) => one === 'done')) break
    clock.advance(5_000)
  }
  expect(await states(house, ids), `killed at step ${at}`).toEqual(ids.map(() => 'done'))
  const welcomes = fake
    .of('externalcontact/send_welcome_msg')
    .filter(({ body }) => (body as { welcome_code: string }).welcome_code === `code-${who}`).length
  return { picture: await anonymous(who), commits: worker.commits, steps: worker.steps(), died, welcomes }
}

const anonymous = async (who: string) =>
  JSON.parse(
    JSON.stringify(await pictureOf(house, who))
      .replaceAll(who, 'WHO')
      .replace(/"kf":\[[^\]]*\]/, '"kf":[]'),
  )

it('a worker killed between facts and asks, after asks, or on the way leaves what one leaves that lived', async () => {
  const whole = await tell(Number.POSITIVE_INFINITY)
  expect(whole.died).toBe(false)
  expect(whole.welcomes).toBe(1)
  expect(whole.commits.length).toBeGreaterThan(8)
  // Right after each commit, when something is done and nothing says so; and here and there in between.
  const onTheWay = [0.15, 0.4, 0.65, 0.9].map((part) => Math.round(whole.steps * part))
  let deaths = 0
  for (const at of new Set([...whole.commits, ...onTheWay])) {
    const broken = await tell(at)
    expect(broken.picture, `killed at step ${at}`).toEqual(whole.picture)
    expect(broken.welcomes, `killed at step ${at}`).toBeLessThanOrEqual(1)
    if (broken.died) deaths++
  }
  expect(deaths).toBeGreaterThan(5)
}, 120_000)
