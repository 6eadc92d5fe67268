import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { type Condition, type ConditionFacts, compile, WideConditionSchema } from '../../../src/playbook/condition.ts'
import { momentOf } from '../../../src/segments/evaluate.ts'
import { readFacts } from '../../../src/segments/facts.ts'
import { fields, operatorsOf } from '../../../src/segments/fields.ts'
import { toSql } from '../../../src/segments/sql.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { openLead } from '../../support/people.ts'

const day = 86_400_000
const start = Date.parse(thursdayMorning)
const words = [
  '',
  '制造',
  '装备制造',
  'ABC',
  'abc',
  'İstanbul',
  'ΣΑΣ',
  'σας',
  '50%',
  '5_0',
  '\\',
  '5',
  ' 5 ',
  '05',
  '5.0',
  '500',
  '-3',
  '5e2',
  'true',
  'null',
  "' OR 1=1 --",
  '.*',
  '😀',
  '\uE000',
  'Straße',
  '　12　',
]
const types = ['content_open', 'content_read', 'price_view', 'careers_view']
const tags = [
  { group: '需求', name: '降本' },
  { group: '需求', name: '提效' },
  { group: 'Abc', name: 'x' },
]
const pieces = ['case-a', 'case-b', 'gone']
const times = [0, 1, 1000, day - 1, day, day + 1, 2 * day, 7 * day, 14 * day, 30 * day]

let house: TestHouse
const clock = movableClock(thursdayMorning)
const leads: string[] = []

/** Sixty-four people of every kind, from one seed. */
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  const { db } = house
  const word = fc.constantFrom(...words)
  const told = fc.oneof(
    word,
    fc.constantFrom<unknown>(null, 5, 500, -3, 0, 1.5, true, false, [], ['a', 5, '制造', null], ['ABC'], {}, { a: 1 }),
  )
  const person = fc.record({
    name: word,
    company: fc.option(word),
    industry: fc.option(word),
    size: fc.option(word),
    owner: fc.option(word),
    attributes: fc.dictionary(fc.constantFrom('预算', 'n', 'list'), told),
    first: fc.option(fc.record({ kind: word, channel: fc.option(word) })),
    last: fc.option(fc.record({ kind: word, channel: fc.option(word), campaign: fc.option(word) })),
    recycle: fc.nat(5),
    created: fc.constantFrom(...times),
    cool: fc.option(fc.constantFrom(...times, -1, -day, -7 * day)),
    tags: fc.subarray(tags),
    events: fc.array(
      fc.record({
        type: fc.constantFrom(...types),
        ago: fc.constantFrom(...times),
        piece: fc.option(fc.constantFrom(...pieces)),
      }),
      { maxLength: 8 },
    ),
    sent: fc.subarray(pieces),
    journey: fc.option(fc.constantFrom('waiting', 'goal', 'exited')),
    /** Which company, if any; -1: a person said he belongs nowhere. */
    account: fc.option(fc.integer({ min: -1, max: 5 })),
    role: fc.option(word),
  })
  const company = fc.record({
    name: word,
    stage: fc.option(word),
    number: fc.option(fc.constantFrom(0, 5, 12, 500)),
    surge: fc.option(fc.constantFrom(...times, -day)),
    owner: fc.option(word),
    amount: fc.constantFrom(0, 1, 499, 500, 50_000, 1_234_567),
  })
  const companies = fc.sample(company, { numRuns: 6, seed: 3 }).map((one, n) => ({
    ...one,
    id: `00000000-0000-4000-8000-00000000000${n}`,
  }))
  for (const { id, name, stage, number, surge, owner, amount } of companies)
    await db.query(
      `INSERT INTO accounts (id, name, stage, score, people, active_people, surge_at, owner, open_opportunities, open_amount, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $4, $7, now(), now())`,
      [id, name, stage, number ?? 0, surge === null ? null : new Date(start - surge), owner, amount],
    )
  // One is an alias of another, which is one of a third.
  for (const [n, into] of [
    [1, 0],
    [2, 1],
  ] as const)
    await db.query('UPDATE accounts SET merged_into = $2 WHERE id = $1', [companies[n]?.id, companies[into]?.id])
  await db.query(
    `INSERT INTO content (id, version, kind, title, stages, origin, checksum, by, at) SELECT id, 1, kind, id, '{}', 'database', '', 'test', now()
     FROM unnest(ARRAY['case-a', 'case-b'], ARRAY['article', 'pdf']) AS t(id, kind)`,
  )
  await db.query(
    `INSERT INTO journeys (id, version, name, body, origin, checksum, by, at) VALUES ('j', 1, 'j', '{}', 'database', '', 'test', now())`,
  )
  for (const [n, one] of fc.sample(person, { numRuns: 64, seed: 7 }).entries()) {
    const id = await openLead(house)
    leads.push(id)
    await db.query(
      `UPDATE leads SET name = $2, company = $3, industry = $4, size = $5, owner = $6, attributes = $7, first_source = $8, last_source = $9,
         recycle_count = $10, created_at = $11, stage_at = $11, cool_until = $12 WHERE id = $1`,
      [
        id,
        one.name,
        one.company,
        one.industry,
        one.size,
        one.owner,
        JSON.stringify(one.attributes),
        one.first && JSON.stringify(one.first),
        one.last && JSON.stringify(one.last),
        one.recycle,
        new Date(start - one.created),
        one.cool === null ? null : new Date(start - one.cool),
      ],
    )
    await db.query('UPDATE scores SET fit = $2 WHERE lead_id = $1', [id, (n * 7) % 101])
    for (const { group, name } of one.tags) await tag(id, group, name)
    await db.transaction((tx) =>
      noteEvents(
        tx,
        house,
        one.events.map(({ type, ago, piece }, index) => ({
          leadId: id,
          type,
          at: new Date(start - ago),
          key: `${id}${index}`,
          ...(piece ? { data: { contentId: piece } } : {}),
        })),
      ),
    )
    for (const piece of one.sent)
      await db.query(
        `INSERT INTO messages (id, key, lead_id, purpose, content_id, channel, state, body, due_at, planned_by, playbook_version, created_at, sent_at)
         VALUES (gen_random_uuid(), $2, $1, 'marketing', $3, 'kf', 'sent', '{}', $4, 'test', 1, $4, $4)`,
        [id, `${id}${piece}`, piece, new Date(start - one.created)],
      )
    if (one.account !== null)
      await db.query(
        `INSERT INTO account_people (lead_id, account_id, how, by, at, role) VALUES ($1, $2, 'hand', 'test', now(), $3)`,
        [id, companies[one.account]?.id ?? null, one.role],
      )
    if (one.journey)
      await db.query(
        `INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, step, due_at, entered_at, entered_by, ended_at)
         VALUES (gen_random_uuid(), 'j', 1, $1, $2, false, false, $3, now(), now(), 'test', $4)`,
        [id, one.journey, one.journey === 'waiting' ? '0' : null, one.journey === 'waiting' ? null : new Date(start)],
      )
  }
  // Every fourth is the same person as his neighbour; some of those are again somebody else's.
  for (let n = 0; n + 2 < leads.length; n += 8) {
    await db.transaction((tx) => mergeLeads(tx, house, leads[n + 1] as string, leads[n] as string, 'test'))
    await db.transaction((tx) => mergeLeads(tx, house, leads[n + 2] as string, leads[n + 1] as string, 'test'))
  }
})

async function tag(lead: string, group: string, name: string): Promise<void> {
  await house.db.query(
    `INSERT INTO tag_groups (id, name, created_at) VALUES (gen_random_uuid(), $1, now()) ON CONFLICT (name) DO NOTHING`,
    [group],
  )
  await house.db.query(
    `INSERT INTO tags (id, group_id, name, created_at) SELECT gen_random_uuid(), id, $2, now() FROM tag_groups WHERE name = $1 ON CONFLICT DO NOTHING`,
    [group, name],
  )
  await house.db.query(
    `INSERT INTO lead_tags (lead_id, tag_id, by, at) SELECT $1, t.id, 'test', now() FROM tags t JOIN tag_groups g ON g.id = t.group_id WHERE g.name = $2 AND t.name = $3`,
    [lead, group, name],
  )
}

const duration = fc.constantFrom('1ms', '1s', '1d', '2d', '7d', '14d', '30d', '9000000000w')
const often = fc.record({ atLeast: fc.constantFrom(1, 2, 3), within: duration }, { requiredKeys: [] })
const scalar = fc.oneof(fc.constantFrom(...words), fc.constantFrom(5, 500, -3, 0, 1.5, 42, 50), fc.boolean())
const moments = fc.constantFrom(
  ...times.map((ago) => new Date(start - ago).toISOString()),
  '2026-11-18',
  '2026-11-19T10:00:00+08:00',
  '2026-11-19T02:00:00.001Z',
  'never',
)
const names = [...Object.keys(fields), 'attributes.预算', 'attributes.n', 'attributes.list', 'attributes.nobody']
const asked = fc.constantFrom(...names).chain((field) =>
  fc.constantFrom(...operatorsOf(field)).chain((op): fc.Arbitrary<Condition> => {
    if (op === 'exists') return fc.boolean().map((value) => ({ field, op, value }))
    if (op === 'in' || op === 'notIn') return fc.array(scalar, { maxLength: 4 }).map((value) => ({ field, op, value }))
    if (op === 'within' || op === 'olderThan' || op === 'inNext') return duration.map((value) => ({ field, op, value }))
    if (fields[field]?.type === 'time') return moments.map((value) => ({ field, op, value }))
    if (field === 'score.grade')
      return fc.constantFrom('A1', 'b2', 'C3', 'D4', 'd4').map((value) => ({ field, op, value }))
    return scalar.map((value) => ({ field, op, value }))
  }),
)
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: asked },
  fc.constantFrom(...tags, { group: '需求', name: 'none' }).map((one): Condition => ({ tag: one })),
  fc.tuple(fc.constantFrom(...types), often).map(([event, more]): Condition => ({ event, ...more })),
  fc
    .tuple(
      fc.constantFrom('sent' as const, 'opened' as const, 'read' as const, 'forwarded' as const),
      fc.constantFrom({}, { id: 'case-a' }, { id: 'gone' }, { kind: 'pdf' }),
      often,
    )
    .map(([did, which, more]): Condition => ({ content: { did, ...which }, ...more })),
  fc
    .tuple(fc.constantFrom('j', 'none'), fc.constantFrom('in' as const, 'was' as const, 'reached' as const))
    .map(([journey, is]): Condition => ({ journey, is })),
)
const condition = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })),
    tie('node').map((not) => ({ not })),
  ),
})).node

async function bySet(asked: Condition): Promise<string[]> {
  const { joins, where, values } = toSql(asked, await momentOf(house), 1)
  const rows = await house.db.query<{ id: string }>(
    `SELECT l.id FROM leads l ${joins} WHERE l.merged_into IS NULL AND (${where})`,
    values,
  )
  return rows.map(({ id }) => id).sort()
}

/** What can be asked of each of them at the clock's moment, read once. */
async function factsNow(): Promise<Map<string, ConditionFacts>> {
  const now = clock.now().getTime()
  const known = read.get(now)
  if (known) return known
  const everything: Condition = {
    any: [
      ...types.map((event) => ({ event })),
      ...(['sent', 'opened', 'read', 'forwarded'] as const).map((did) => ({ content: { did } })),
      { field: 'account.name', op: 'exists' },
    ],
  }
  const found = new Map<string, ConditionFacts>()
  for (const id of leads) {
    const facts = await readFacts(house.db, house, id, everything)
    if (facts) found.set(id, facts)
  }
  read.set(now, found)
  return found
}
const read = new Map<number, Map<string, ConditionFacts>>()

async function byOne(asked: Condition): Promise<string[]> {
  const fits = compile(asked)
  return [...(await factsNow())].flatMap(([id, facts]) => (fits(facts) ? [id] : [])).sort()
}

// The very moment something leaves its window, the moment before, midnight in China, and weeks later.
const later = fc.constantFrom(0, 1, day - 1, day, 14 * 3_600_000 - 1, 14 * 3_600_000, 13 * day)

test('picks the same leads as a set and one by one, whatever is asked, of whomever, whenever', async () => {
  await fc.assert(
    fc.asyncProperty(condition, later, async (written, ms) => {
      clock.set(new Date(start + ms))
      const asked = WideConditionSchema.parse(written)
      expect(await bySet(asked)).toEqual(await byOne(asked))
    }),
    { numRuns: 400 },
  )
})

test('every field, operator and kind of question is answered alike, and most of them tell leads apart', async () => {
  clock.set(thursdayMorning)
  let telling = 0
  const seen = fc.sample(leaf, { numRuns: 600, seed: 11 })
  for (const one of seen) {
    const set = await bySet(one)
    expect([one, set]).toEqual([one, await byOne(one)])
    if (set.length > 0 && set.length < (await factsNow()).size) telling++
  }
  expect(telling).toBeGreaterThan(seen.length / 3)
})
