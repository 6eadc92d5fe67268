import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { replay } from '../../../src/inbox/replay.ts'
import { noteEvents, sumScores } from '../../../src/leads/note.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, handleAll, incoming, kfText, store } from '../../support/inbox.ts'
import { addStaff, openLead } from '../../support/people.ts'
import { pictureOf } from '../../support/picture.ts'

let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map(), skills: new Map() } })
  await addStaff(house, 'LiLei', ['sales'])
  await addStaff(house, 'HanMeimei', ['sales'])
})

const second = 1_000
const start = Date.parse(thursdayMorning)
let serial = 0

/** What happens to one person, in the order it happens, each a good while after the one before. */
const deed = fc.record({
  kind: fc.constantFrom(
    'add_external_contact',
    'add_half_external_contact',
    'edit_external_contact',
    'del_external_contact',
    'del_follow_user',
    'kf',
  ),
  userid: fc.constantFrom('LiLei', 'HanMeimei', 'lilei'),
  state: fc.constantFrom(undefined, 's_a', 's_b'),
})
const story = fc.array(deed, { minLength: 2, maxLength: 9 })

/** How it is told: which events in which order, some again, some long after. */
const telling = fc.record({
  order: fc.array(fc.nat(1_000), { minLength: 9, maxLength: 9 }),
  again: fc.array(fc.nat(1_000), { maxLength: 4 }),
  batches: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
})

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

const eventsOf = (who: string, deeds: Story) =>
  deeds.map(({ kind, userid, state }, n) => {
    const at = start + n * 20 * second
    const CreateTime = String(at / 1000)
    return kind === 'kf'
      ? { event: kfText(who, `第 ${n} 句`, `${who}-${n}`), at, late: 0 }
      : {
          event: contactEvent(kind, who, { UserID: userid, CreateTime, ...(state ? { State: state } : {}) }),
          at,
          late: 1,
        }
  })

/** Tells a person's story in an order of its own and answers what came of it. */
async function tell(
  deeds: Story,
  order: readonly number[],
  batches: readonly boolean[],
  again: readonly number[],
): Promise<unknown> {
  const who = `wm-tell-${++serial}`
  const told = eventsOf(who, deeds)
  const isInOrder = order.every((n, index) => n === index)
  const ids: number[] = []
  clock.set(new Date(start))
  for (const [index, n] of order.entries()) {
    const { event, at, late } = told[n] as (typeof told)[number]
    // Told in order it comes as it happens; otherwise late, one after the other, when everything has happened.
    const receivedAt = new Date(isInOrder || !late ? at + 300 : start + 240 * second + index * 50)
    clock.set(new Date(Math.max(clock.now().getTime(), receivedAt.getTime())))
    ids.push(...(await store(house, [incoming(house, event, { receivedAt })])))
    if (batches[index % batches.length]) await handleAll(house)
  }
  await handleAll(house)
  for (const n of again) {
    clock.advance(second)
    await replay(house, ids[n % ids.length] as number)
    await handleAll(house)
  }
  // Ways through the desks and lines about relations are the path, not the end; they say what was known when.
  const { timeline, history: _path, ...picture } = await pictureOf(house, who)
  const lines = (timeline as string[]).filter((line) => !/^(follow|stage) /.test(line))
  return JSON.parse(JSON.stringify({ ...picture, lines }).replaceAll(who, 'WHO'))
}

it('whatever order and repetition a person’s events come in, the same stands there', async () => {
  await fc.assert(
    fc.asyncProperty(story, telling, async (deeds, { order, again, batches }) => {
      const shuffled = deeds.map((_, n) => n).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0) || a - b)
      const inOrder = await tell(
        deeds,
        deeds.map((_, n) => n),
        [true],
        [],
      )
      expect(await tell(deeds, shuffled, batches, again)).toEqual(inOrder)
    }),
    { numRuns: 12, seed: 20261119 },
  )
}, 120_000)

const types = [
  'content_open',
  'content_read',
  'price_view',
  'kf_message',
  'negative_feedback',
  'demo_request',
  'unknown_type',
]
const behaviour = fc.record({ type: fc.constantFrom(...types), day: fc.nat(40), minute: fc.nat(1_439) })

it('a score is the same number whatever order and repetition its events come in, and when it is rebuilt', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(1_000), { minLength: 25, maxLength: 25 }),
      fc.array(fc.nat(1_000), { maxLength: 10 }),
      async (events, order, again) => {
        clock.set(thursdayMorning)
        const [a, b] = [await openLead(house), await openLead(house)]
        const said = (leadId: string, n: number) => {
          const { type, day, minute } = events[n] as (typeof events)[number]
          return { leadId, type, at: new Date(start - day * 86_400_000 - minute * 60_000), key: `${leadId}-${n}` }
        }
        const numbers = events.map((_, n) => n)
        await db.transaction((tx) =>
          noteEvents(
            tx,
            house,
            numbers.map((n) => said(a, n)),
          ),
        )
        const shuffled = [...numbers].sort((x, y) => (order[x] ?? 0) - (order[y] ?? 0) || x - y)
        for (const n of [...shuffled, ...again.map((n) => n % events.length)])
          await db.transaction((tx) => noteEvents(tx, house, [said(b, n)]))
        const scores = () =>
          db.query<{ s: number }>(
            'SELECT s, hand_raise_at AS hand, crosses_at AS crosses FROM scores WHERE lead_id = ANY($1)',
            [[a, b]],
          )
        const [first, second] = await scores()
        expect(second).toEqual(first)
        await db.query('UPDATE scores SET s = 0, crosses_at = NULL WHERE lead_id = ANY($1)', [[a, b]])
        await db.transaction((tx) => sumScores(tx, house, [a, b]))
        expect(await scores()).toEqual([first, first])
      },
    ),
    { numRuns: 12, seed: 20261119 },
  )
}, 120_000)
