import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { mergeAccounts, splitAccount } from '../../../src/accounts/merge.ts'
import { setRole } from '../../../src/accounts/roles.ts'
import { movableClock } from '../../../src/clock.ts'
import { mergeLeads, splitLead } from '../../../src/leads/merge.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { putTags, takeTags } from '../../../src/leads/tags.ts'
import type { Condition } from '../../../src/playbook/condition.ts'
import { evaluateMarked } from '../../../src/segments/evaluate.ts'
import { fillSegments } from '../../../src/segments/fill.ts'
import { changeSegment, createSegment, findSegment, removeSegment } from '../../../src/segments/library.ts'
import { changeMembers } from '../../../src/segments/members.ts'
import { toSql } from '../../../src/segments/sql.ts'
import { keepUp } from '../../support/accounts.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { openLead } from '../../support/people.ts'

const day = 86_400_000
let house: TestHouse
let clock: ReturnType<typeof movableClock>

beforeEach(async () => {
  clock = movableClock(thursdayMorning)
  house = await testHouse({ db: await testDatabase(), clock })
})

const evaluate = async () => {
  while (await evaluateMarked(house));
}
const settle = async () => {
  while (await fillSegments(house));
  await evaluate()
}
let serial = 0
/** A live segment, filled, that a journey listens to. */
async function live(condition: Condition): Promise<string> {
  const { id } = await createSegment(house, { name: `人群 ${++serial}`, kind: 'live', condition }, 'test')
  await house.db.query("INSERT INTO journey_wants (kind, what, journey) VALUES ('segment', $1, 'j')", [id])
  await settle()
  return id
}
const members = async (id: string) =>
  (
    await house.db.query<{ lead: string }>(
      'SELECT lead_id AS lead FROM segment_members WHERE segment = $1 ORDER BY 1',
      [id],
    )
  ).map(({ lead }) => lead)
/** Whom a condition picks now, asked as a set. */
async function fitting(condition: Condition): Promise<string[]> {
  const { playbook, calendar } = await house.playbook.current()
  const { joins, where, values } = toSql(condition, { now: clock.now(), playbook, calendar }, 1)
  const rows = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l ${joins} WHERE l.merged_into IS NULL AND ${where} ORDER BY 1`,
    values,
  )
  return rows.map(({ id }) => id)
}
/** What journeys were told, in order. */
const told = async () =>
  (
    await house.db.query<{ told: string }>(
      "SELECT lead_id || ' ' || (what ->> 'change') AS told FROM journey_marks WHERE kind = 'segment' ORDER BY id",
    )
  ).map((row) => row.told)
const did = (leadId: string, type: string, at = clock.now()) =>
  house.db.transaction((tx) => noteEvents(tx, house, [{ leadId, type, at, key: `${++serial}` }]))
const opens = (leadId: string) => did(leadId, 'content_open')

describe('a live segment', () => {
  test('holds those who fit when it is written down, silently, and whoever comes to fit afterwards, told once', async () => {
    const [old, fresh] = [await openLead(house), await openLead(house)]
    await opens(old)
    const id = await live({ event: 'content_open' })
    expect(await members(id)).toEqual([old])
    await opens(fresh)
    await evaluate()
    expect(await members(id)).toEqual([old, fresh])
    await opens(fresh)
    await evaluate()
    expect(await told()).toEqual([`${fresh} entered`])
    expect((await findSegment(house.db, id)).size).toBe(2)
  })

  test('follows tags, profile, attributes, score, stage of review, messages sent, enrolments', async () => {
    const lead = await openLead(house)
    const tag = { leadId: lead, group: '需求', name: '降本', by: 'test' }
    await house.db.query(
      `INSERT INTO journeys (id, version, name, body, origin, checksum, by, at) VALUES ('welcome', 1, 'w', '{}', 'database', '', 'test', now()) ON CONFLICT DO NOTHING`,
    )
    await house.db.query(
      `INSERT INTO content (id, version, kind, title, stages, origin, checksum, by, at) VALUES ('p', 1, 'pdf', 'p', '{}', 'database', '', 'test', now())`,
    )
    const changes: [Condition, () => Promise<unknown>][] = [
      [{ tag: { group: '需求', name: '降本' } }, () => house.db.transaction((tx) => putTags(tx, house, [tag]))],
      [
        { not: { tag: { group: '需求', name: '降本' } } },
        () => house.db.transaction((tx) => takeTags(tx, house, [tag])),
      ],
      [
        { field: 'industry', op: 'contains', value: '制造' },
        () => house.db.query("UPDATE leads SET industry = '装备制造' WHERE id = $1", [lead]),
      ],
      [
        { field: 'attributes.预算', op: '>=', value: 5 },
        () => house.db.query(`UPDATE leads SET attributes = '{"预算": "12"}' WHERE id = $1`, [lead]),
      ],
      [{ field: 'score.intent', op: '>=', value: 40 }, () => did(lead, 'demo_request')],
      [
        { field: 'desk', op: '=', value: 'sales' },
        () => house.db.query("UPDATE leads SET desk = 'sales' WHERE id = $1", [lead]),
      ],
      [
        { content: { did: 'sent', kind: 'pdf' } },
        () =>
          house.db.query(
            `INSERT INTO messages (id, key, lead_id, purpose, content_id, channel, state, body, due_at, planned_by, playbook_version, created_at, sent_at)
             VALUES (gen_random_uuid(), 'k', $1, 'marketing', 'p', 'kf', 'sent', '{}', $2, 'test', 1, $2, $2)`,
            [lead, clock.now()],
          ),
      ],
      [
        { journey: 'welcome', is: 'in' },
        () =>
          house.db.query(
            `INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, step, due_at, entered_at, entered_by)
             VALUES (gen_random_uuid(), 'welcome', 1, $1, 'waiting', false, false, '0', now(), now(), 'test')`,
            [lead],
          ),
      ],
    ]
    for (const [condition, change] of changes) {
      const id = await live(condition)
      expect([condition, await members(id)]).toEqual([condition, []])
      await change()
      await evaluate()
      expect([condition, await members(id)]).toEqual([condition, [lead]])
    }
  })

  test('is left the moment what was done is too long ago, and not a moment before, though nobody did anything', async () => {
    const lead = await openLead(house)
    const id = await live({ event: 'content_open', atLeast: 2, within: '7d' })
    await opens(lead)
    clock.advance(day)
    await opens(lead)
    await evaluate()
    expect(await members(id)).toEqual([lead])
    clock.advance(6 * day - 1)
    await evaluate()
    expect(await members(id)).toEqual([lead])
    clock.advance(1)
    await evaluate()
    expect(await members(id)).toEqual([])
    expect(await told()).toEqual([`${lead} entered`, `${lead} left`])
  })

  test('is entered by age alone, and by what was told in advance when its time comes', async () => {
    const lead = await openLead(house)
    const old = await live({ field: 'createdAt', op: 'olderThan', value: '30d' })
    const resting = await live({ field: 'coolUntil', op: 'inNext', value: '2d' })
    const planned = await live({ event: 'content_open' })
    await house.db.query('UPDATE leads SET cool_until = $2 WHERE id = $1', [
      lead,
      new Date(clock.now().getTime() + 5 * day),
    ])
    await did(lead, 'content_open', new Date(clock.now().getTime() + 3 * day))
    await evaluate()
    expect([await members(old), await members(resting), await members(planned)]).toEqual([[], [], []])
    clock.advance(3 * day)
    await evaluate()
    expect([await members(old), await members(resting), await members(planned)]).toEqual([[], [lead], [lead]])
    clock.advance(27 * day)
    await evaluate()
    expect([await members(old), await members(resting), await members(planned)]).toEqual([[lead], [], [lead]])
  })

  test('is left on the business day on which intent has decayed below it, and looks at nobody whose answer is the same', async () => {
    const [warm, cold] = [await openLead(house), await openLead(house)]
    await did(warm, 'demo_request')
    await did(cold, 'content_open')
    const id = await live({ field: 'score.intent', op: '>=', value: 20 })
    expect(await members(id)).toEqual([warm])
    clock.set('2026-12-02T15:59:59Z')
    await evaluate()
    expect(await members(id)).toEqual([warm])
    // Fourteen days by the calendar of Shanghai: 40 points are 20, and one day more is less.
    clock.set('2026-12-03T16:00:00Z')
    await evaluate()
    expect(await members(id)).toEqual([])
  })

  test('knows a person by the lead that speaks for him, through merge and split', async () => {
    const [winner, loser] = [await openLead(house), await openLead(house)]
    const id = await live({ event: 'price_view' })
    await did(loser, 'price_view')
    await evaluate()
    const merge = await house.db.transaction((tx) => mergeLeads(tx, house, winner, loser, 'test'))
    await evaluate()
    expect(await members(id)).toEqual([winner])
    await house.db.transaction((tx) => splitLead(tx, house, loser, 'test'))
    await evaluate()
    expect([merge.length > 0, await members(id)]).toEqual([true, [loser]])
  })

  test('follows what the company is, whoever of its people changed it: numbers, names, deals, roles, moves, merges', async () => {
    const [lead, colleague] = [await openLead(house), await openLead(house)]
    const settleAccounts = async () => {
      await keepUp(house)
      await evaluate()
    }
    const named = (id: string, company: string) =>
      house.db.query('UPDATE leads SET company = $2 WHERE id = $1', [id, company])
    const accountOf = async (id: string) =>
      (await house.db.query<{ id: string }>('SELECT account_id AS id FROM account_people WHERE lead_id = $1', [id]))[0]
        ?.id ?? ''
    const wide = await live({ field: 'account.people', op: '>=', value: 2 })
    const warm = await live({ field: 'account.activePeople', op: '>=', value: 1 })
    const deciders = await live({
      all: [
        { field: 'account.role', op: 'exists' },
        { field: 'account.name', op: 'contains', value: '东风' },
      ],
    })
    await named(lead, '东风装备')
    await settleAccounts()
    expect([await members(wide), await members(warm)]).toEqual([[], []])
    await named(colleague, '东风装备')
    await settleAccounts()
    expect(await members(wide)).toEqual([lead, colleague])
    await did(colleague, 'content_open')
    await settleAccounts()
    expect(await members(warm)).toEqual([lead, colleague])
    const [role] = (await house.playbook.current()).playbook.accounts.roles
    await house.db.transaction((tx) => setRole(tx, house, { leadId: lead, role: role?.id ?? '', by: 'test' }))
    await evaluate()
    expect(await members(deciders)).toEqual([lead])
    await named(colleague, '西风机械')
    await settleAccounts()
    expect([await members(wide), await members(warm)]).toEqual([[], [colleague]])
    const [winner, loser] = [await accountOf(colleague), await accountOf(lead)]
    await house.db.transaction((tx) => mergeAccounts(tx, house, winner, loser, 'test'))
    await evaluate()
    expect([await members(wide), await members(warm)]).toEqual([
      [lead, colleague],
      [lead, colleague],
    ])
    await house.db.transaction((tx) => splitAccount(tx, house, loser, 'test'))
    await evaluate()
    expect([await members(wide), await members(warm)]).toEqual([[], [colleague]])
  })

  test('tells each entry once though the process dies between deciding and the commit, and others decide beside it', async () => {
    const lead = await openLead(house)
    const id = await live({ event: 'price_view' })
    await did(lead, 'price_view')
    const dying = { ...house, db: { ...house.db, transaction: dieBeforeCommit(house) } }
    await expect(evaluateMarked(dying as TestHouse)).rejects.toThrow('kill -9')
    expect([await members(id), await told()]).toEqual([[], []])
    await Promise.all([evaluateMarked(house), evaluateMarked(house), evaluateMarked(house)])
    expect([await members(id), await told()]).toEqual([[lead], [`${lead} entered`]])
  })

  test('misses nobody whose change began before the segment was written down and ended after it was looked at', async () => {
    const lead = await openLead(house)
    let commit = () => {}
    let begun = () => {}
    const started = new Promise<void>((done) => {
      begun = done
    })
    const slow = house.db.transaction(async (tx) => {
      await noteEvents(tx, house, [{ leadId: lead, type: 'price_view', at: clock.now(), key: 'slow' }])
      begun()
      await new Promise<void>((done) => {
        commit = done
      })
    })
    await started
    const { id } = await createSegment(house, { name: '慢', kind: 'live', condition: { event: 'price_view' } }, 'test')
    for (let n = 0; n < 3; n++) await fillSegments(house)
    expect((await findSegment(house.db, id)).state).toBe('filling')
    commit()
    await slow
    await settle()
    expect(await members(id)).toEqual([lead])
  })

  test('waits for work that began before it was written down, however long that takes, and then knows what it did', async () => {
    const lead = await openLead(house)
    const before = await house.db.pool.connect()
    try {
      await before.query('BEGIN')
      await before.query("UPDATE leads SET industry = '风电' WHERE id = $1", [lead])
      const condition = { field: 'industry', op: '=' as const, value: '风电' }
      const { id } = await createSegment(house, { name: `人群 ${++serial}`, kind: 'live', condition }, 'test')
      for (let turn = 0; turn < 8; turn++) expect(await fillSegments(house)).toBe(true)
      expect((await findSegment(house.db, id)).state).toBe('filling')
      await before.query('COMMIT')
      await settle()
      expect(await members(id)).toEqual([lead])
    } finally {
      before.release()
    }
  })

  test('holds whom the condition says, whatever happened in whatever order, told however often and looked at in whatever portions', async () => {
    const tag = { group: '需求', name: '降本' }
    const condition: Condition = { any: [{ tag }, { event: 'price_view', atLeast: 2, within: '5d' }] }
    const happening = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('view', 'view', 'again', 'put', 'take', 'day', 'look', 'die'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 16 }), async (happenings) => {
        const leads = [await openLead(house), await openLead(house), await openLead(house)]
        const id = await live(condition)
        const before = (await told()).length
        for (const { who, what } of happenings) {
          const leadId = leads[who] as string
          if (what === 'view') await did(leadId, 'price_view')
          // What was told before is told once more, under the same key.
          if (what === 'again')
            await house.db.transaction((tx) =>
              noteEvents(tx, house, [{ leadId, type: 'price_view', at: clock.now(), key: `${serial}` }]),
            )
          if (what === 'put') await house.db.transaction((tx) => putTags(tx, house, [{ leadId, ...tag, by: 'test' }]))
          if (what === 'take') await house.db.transaction((tx) => takeTags(tx, house, [{ leadId, ...tag, by: 'test' }]))
          if (what === 'day') clock.advance(day)
          if (what === 'look') await evaluateMarked(house)
          if (what === 'die') {
            const dying = { ...house, db: { ...house.db, transaction: dieBeforeCommit(house) } }
            await evaluateMarked(dying as TestHouse).catch(() => {})
          }
        }
        await evaluate()
        expect(await members(id)).toEqual(await fitting(condition))
        const of = (leadId: string) => (line: string) => line.startsWith(leadId)
        const news = (await told()).slice(before)
        for (const leadId of leads) {
          const mine = news.filter(of(leadId)).map((line) => line.split(' ')[1])
          // Entered, left, entered …: nothing is told twice, and the last word is where he is.
          expect(mine).toEqual(mine.map((_, n) => (n % 2 === 0 ? 'entered' : 'left')))
          expect(mine.length % 2 === 1).toBe((await members(id)).includes(leadId))
        }
        await removeSegment(house, id)
      }),
      { numRuns: 12 },
    )
  })

  test('writes no mark for what no segment asks, and none at all where there is no segment', async () => {
    const lead = await openLead(house)
    const marks = async () => (await house.db.query<{ n: number }>('SELECT count(*) AS n FROM segment_marks'))[0]?.n
    await opens(lead)
    expect(await marks()).toBe(0)
    const id = await live({ event: 'price_view' })
    await opens(lead)
    await house.db.query("UPDATE leads SET industry = '纺织' WHERE id = $1", [lead])
    expect(await marks()).toBe(0)
    await removeSegment(house, id)
    await did(lead, 'price_view')
    expect(await marks()).toBe(0)
    await settle()
    expect(await members(id)).toEqual([])
  })

  test('that is edited fills anew by the new condition only, and keeps its members when only its name changes', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await did(a, 'price_view')
    await did(b, 'content_open')
    const id = await live({ event: 'price_view' })
    const renamed = await changeSegment(
      house,
      id,
      { name: '看过价格', kind: 'live', condition: { event: 'price_view' } },
      'test',
    )
    expect(renamed.state).toBe('ready')
    await changeSegment(house, id, { name: '看过价格', kind: 'live', condition: { event: 'content_read' } }, 'test')
    await changeSegment(house, id, { name: '看过价格', kind: 'live', condition: { event: 'content_open' } }, 'test')
    await settle()
    expect([await members(id), await told()]).toEqual([[b], []])
    expect(await findSegment(house.db, id)).toMatchObject({ state: 'ready', size: 1, progress: null })
  })
})

describe('a static segment', () => {
  test('changes only by hand, tells it once, and follows merges when it is read', async () => {
    const lead = await openLead(house)
    const { id } = await createSegment(house, { name: '名单', kind: 'static' }, 'test')
    await house.db.query("INSERT INTO journey_wants (kind, what, journey) VALUES ('segment', $1, 'j')", [id])
    expect(await changeMembers(house, { id, kind: 'static' }, { add: [lead, lead], remove: [] })).toEqual({
      added: 1,
      removed: 0,
    })
    expect(await changeMembers(house, { id, kind: 'static' }, { add: [lead], remove: [] })).toEqual({
      added: 0,
      removed: 0,
    })
    expect(await told()).toEqual([`${lead} entered`])
  })

  test('written with a condition takes those who fit once', async () => {
    const [a, b] = [await openLead(house), await openLead(house)]
    await did(a, 'price_view')
    const { id } = await createSegment(
      house,
      { name: '快照', kind: 'static', condition: { event: 'price_view' } },
      'test',
    )
    await settle()
    await did(b, 'price_view')
    await settle()
    expect(await members(id)).toEqual([a])
  })
})

/** Everything is done and then nothing of it was: as when the process dies before its commit arrives. */
const dieBeforeCommit =
  (from: TestHouse): TestHouse['db']['transaction'] =>
  (work) =>
    from.db.transaction(async (tx) => {
      await work(tx)
      throw new Error('kill -9')
    })
