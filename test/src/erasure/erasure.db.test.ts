import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { checkErasure, erase } from '../../../src/erasure/erase.ts'
import { places } from '../../../src/erasure/places.ts'
import { runErasures, runExports, startErasure, startExport } from '../../../src/erasure/requests.ts'
import { countSample, runWipes, startWipe } from '../../../src/erasure/sample.ts'
import forgetKeys from '../../../src/jobs/forget-keys.ts'
import { readJobFile, readLongJob } from '../../../src/leads/long-job.ts'
import { mergeLeads } from '../../../src/leads/merge.ts'
import { record } from '../../../src/leads/record.ts'
import { forgotten } from '../../../src/leads/tombstones.ts'
import { keepFound } from '../../../src/mirror/found.ts'
import { tellMissed } from '../../../src/mirror/missed.ts'
import { answerOffer } from '../../../src/offers/answer.ts'
import { openOpportunity } from '../../../src/opportunities/open.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { addTask } from '../../../src/tasks/tasks.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

let house: TestHouse
let wang: Actor
let li: Actor
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  li = await addStaff(house, 'LiLei', ['sales'])
})

const rows = <Row extends object>(sql: string, ...values: unknown[]) => house.db.query<Row>(sql, values)

let serial = 0
/** Somebody with a bit of everything. */
async function aPerson(): Promise<{ id: string; external: string; mobile: string }> {
  const n = ++serial
  const [external, mobile] = [`wm-erase-${n}`, `138000009${String(n).padStart(2, '0')}`]
  const id = await openLead(house, {
    identities: [
      { kind: 'externalUserId', value: external },
      { kind: 'mobile', value: mobile },
    ],
    fields: { name: '陈晓芸', company: `宁波精工${n}` },
    tags: [{ group: '需求', name: '降本' }],
  })
  await befriend(house, id, 'LiLei', external)
  await giveVerdict(house, id, { verdict: 'mql', reason: '陈晓芸自己来问的', note: '陈晓芸要报价' }, wang)
  await answerOffer(house, { leadId: id, by: li, answer: 'accept' })
  await house.db.transaction((tx) => openOpportunity(tx, house, id, { name: '陈晓芸的大单' }, 'LiLei'))
  const task = { key: `t-${n}`, leadId: id, owner: 'LiLei', text: '给陈晓芸回电', source: 'hand', by: 'LiLei' }
  await house.db.transaction((tx) => addTask(tx, house, task))
  return { id, external, mobile }
}

/** Tables in which some text still names somebody. */
async function whoNames(text: string): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  )
  const found: string[] = []
  for (const { name } of tables) {
    const [hit] = await rows(`SELECT 1 FROM "${name}" t WHERE to_jsonb(t)::text LIKE $1 LIMIT 1`, `%${text}%`)
    if (hit) found.push(name)
  }
  return found
}

describe('the places a person is known in', () => {
  it('are all there are: whatever table points at a lead, or bears its columns, is one of them', async () => {
    const pointing = await rows<{ table: string }>(
      `SELECT DISTINCT coalesce(parent.relname, c.relname) AS "table" FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
         AND (a.attname IN ('lead_id', 'external_userid', 'from_lead', 'top_lead', 'visitor_id')
           OR EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'leads'::regclass AND a.attnum = ANY(f.conkey)))`,
    )
    const known = new Set(places.map(({ table }) => table))
    // What is kept of an erasure names the lead by its id, which is all that is left of him.
    expect(pointing.map(({ table }) => table).filter((table) => !known.has(table) && table !== 'erasures')).toEqual([])
  })
})

describe('somebody who asks to be forgotten', () => {
  it('is gone from every table, alias and all; history keeps its ids; the proof holds, and doing it again changes nothing', async () => {
    const { id, external, mobile } = await aPerson()
    const alias = await openLead(house, { fields: { name: '小芸' } })
    await house.db.transaction((tx) => mergeLeads(tx, house, id, alias, 'WangMin'))
    const before = await rows('SELECT seq, edge FROM stage_changes WHERE lead_id = $1 ORDER BY seq', id)
    const wish = { leadId: id, reason: '工单 8231', by: 'SunLi' }
    const job = await house.db.transaction((tx) => startErasure(tx, house, wish))
    await Promise.all([runErasures(house), runErasures(house)])
    while (await runErasures(house));
    expect(await readLongJob(house.db, job.id)).toMatchObject({ state: 'done', done: 1 })
    for (const text of ['陈晓芸', '小芸', external, mobile.slice(-8)]) expect(await whoNames(text), text).toEqual([])
    expect(await rows('SELECT seq, edge FROM stage_changes WHERE lead_id = $1 ORDER BY seq', id)).toEqual(before)
    expect(await rows('SELECT lead_root($1) AS root', id)).toEqual([{ root: null }])
    const again = await house.db.transaction((tx) => erase(tx, house, wish))
    expect(await checkErasure(house.db, again.id)).toMatchObject({ matches: true, back: [], proof: again.proof })
    const lines = await rows("SELECT principal, data ->> 'proof' AS proof FROM audit WHERE action = 'person-erased'")
    expect(lines).toEqual([{ principal: 'SunLi', proof: again.proof }])
    await rows("UPDATE erasures SET reason = 'x' WHERE id = $1", again.id)
    expect((await checkErasure(house.db, again.id)).matches).toBe(false)
  })

  it('is not brought back by a sync, a lost event or a list, and is somebody new when he comes by himself', async () => {
    const { id, external, mobile } = await aPerson()
    await house.db.transaction((tx) => erase(tx, house, { leadId: id, reason: 'x', by: 'SunLi' }))
    const at = clock.now()
    const found = {
      external_contact: { external_userid: external, name: '陈晓芸', type: 1 },
      follow_info: { userid: 'LiLei', createtime: Math.floor(at.getTime() / 1000), tag_id: [], remark_mobiles: [] },
    }
    const synced = await house.db.transaction((tx) => keepFound(tx, house, [found as never]))
    const told = await house.db.transaction((tx) =>
      tellMissed(tx, house, [{ userid: 'LiLei', externalUserId: external, at }]),
    )
    expect([synced, told]).toEqual([0, 0])
    expect(await rows('SELECT 1 FROM follows WHERE external_userid = $1', external)).toEqual([])
    const asked = await forgotten(house.db, house, [
      [{ kind: 'mobile', value: `+86 ${mobile}` }],
      [{ kind: 'mobile', value: '13900001234' }],
    ])
    expect([...asked]).toEqual([0])
    const fresh = await openLead(house, { identities: [{ kind: 'externalUserId', value: external }] })
    expect(fresh).not.toBe(id)
    expect(await forgotten(house.db, house, [[{ kind: 'externalUserId', value: external }]])).toEqual(new Set())
  })

  it('may have everything about him first, in the open, in a file that is gone after a week', async () => {
    const { id, mobile, external } = await aPerson()
    const job = await house.db.transaction((tx) => startExport(tx, house, id, 'SunLi'))
    while (await runExports(house));
    const file = await readJobFile(house.db, job.id)
    const told = JSON.parse(file?.bytes.toString() ?? '{}') as { parts: { table: string; rows: object[] }[] }
    const part = (table: string) => JSON.stringify(told.parts.find((one) => one.table === table)?.rows)
    expect(part('identities')).toContain(`+86${mobile}`)
    expect(part('follows')).toContain(external)
    for (const table of [
      'leads',
      'notes',
      'messages',
      'timeline',
      'tasks',
      'lead_tags',
      'stage_changes',
      'opportunities',
    ])
      expect(part(table), table).toBeDefined()
    clock.advance(8 * 864e5)
    await forgetKeys.run(house)
    expect(await readJobFile(house.db, job.id)).toBeNull()
    clock.set(thursdayMorning)
  })
})

describe('wiping the sample company', () => {
  it('reaches those who were loaded before samples were marked, and takes nobody else for one', async () => {
    await house.db.query('DELETE FROM sample_leads')
    const [old, real] = [
      await openLead(house, { fields: { name: '样例' } }),
      await openLead(house, { fields: { name: '真人' } }),
    ]
    const touch = { at: clock.now(), kind: 'touch', actor: 'system' }
    await record(house.db, [
      { ...touch, leadId: old, key: 'sample:17' },
      { ...touch, leadId: real, key: 'sample' },
    ])
    const mark = await readFile('prisma/migrations/0101_sample_from_before/migration.sql', 'utf8')
    await house.db.query(mark)
    expect(await countSample(house.db)).toBe(0)
    await house.db.query(
      `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at)
       VALUES (gen_random_uuid(), $1, 'LiLei', 'declined', 1, 'sample', '[]', 1, $2, $2)`,
      [old, clock.now()],
    )
    await house.db.query(mark)
    await house.db.query(mark)
    expect(await rows('SELECT lead_id AS id FROM sample_leads')).toEqual([{ id: old }])
    await house.db.query('DELETE FROM sample_leads')
  })

  it('takes the sample with its history and nothing else, though a worker dies in between and people were merged', async () => {
    const mine = await aPerson()
    const sample = await Promise.all([aPerson(), aPerson(), aPerson()])
    await rows(
      'INSERT INTO sample_leads SELECT unnest($1::uuid[])',
      sample.map(({ id }) => id),
    )
    const first = sample[0]
    if (!first) throw new Error('no sample')
    const alias = await openLead(house, { fields: { name: '我自己的人' } })
    await house.db.transaction((tx) => mergeLeads(tx, house, first.id, alias, 'WangMin'))
    const counts = async () => {
      const all: Record<string, unknown> = {}
      for (const { table, where } of places) {
        if (/\$[234]/.test(where)) continue
        all[`${table} ${where}`] = (await rows(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`, [mine.id]))[0]
      }
      return all
    }
    const before = await counts()
    await expect(rows('DELETE FROM stage_changes WHERE lead_id = $1', mine.id)).rejects.toThrow('append-only')
    const job = await house.db.transaction((tx) => startWipe(tx, house, 'SunLi'))
    let left = 1
    const transaction: TestHouse['db']['transaction'] = (run) =>
      house.db.transaction(async (tx) => {
        const result = await run(tx)
        if (left-- > 0) throw new Error('killed')
        return result
      })
    await expect(runWipes({ ...house, db: { ...house.db, transaction } })).rejects.toThrow('killed')
    expect(await countSample(house.db)).toBe(3)
    clock.advance(120_000)
    while (await runWipes(house));
    expect(await readLongJob(house.db, job.id)).toMatchObject({ state: 'done', done: 3 })
    for (const { id, external } of sample) {
      expect(await whoNames(external)).toEqual([])
      expect(await rows('SELECT 1 FROM leads WHERE id = $1', id)).toEqual([])
      expect(await rows('SELECT 1 FROM stage_changes WHERE lead_id = $1', id)).toEqual([])
    }
    expect(await counts()).toEqual(before)
    expect(await rows('SELECT name, lead_root(id) AS root FROM leads WHERE id = $1', alias)).toEqual([
      { name: '我自己的人', root: alias },
    ])
  })
})
