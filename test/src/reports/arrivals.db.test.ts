import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { foldArrivals } from '../../../src/reports/arrivals.ts'
import { wayOf } from '../../../src/reports/ask.ts'
import { listBehind } from '../../../src/reports/behind.ts'
import { readFunnel } from '../../../src/reports/funnel.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'

const hour = 3_600_000
let house: TestHouse
let way: string[]
const within = () => ({ sql: 'true', values: [] })

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  way = wayOf((await house.playbook.current()).playbook)
})

interface Change {
  stage: string
  at: Date
}

const step = fc.record({
  lead: fc.nat(3),
  stage: fc.constantFrom('MAL', 'MQL', 'SQL', 'OPPORTUNITY', 'DISQUALIFIED'),
  /** What happens to what is made ready before the step. */
  meanwhile: fc.constantFrom('nothing', 'nothing', 'fold', 'other-way', 'dies'),
})

test('the funnel and the lists behind it are what the history says, however far it was folded, by whatever order of stages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.tuple(fc.nat(16), fc.nat(16)),
      fc.boolean(),
      async (steps, [first, second], merges) => {
        await house.db.query('UPDATE leads SET merged_into = id')
        const start = house.clock.now().getTime() - 1000 * hour
        const at = (n: number) => new Date(start + n * hour)
        const told = new Map<string, Change[]>()
        const leads = await begin(4)
        for (const [n, { lead, stage, meanwhile }] of steps.entries()) {
          await happen(meanwhile)
          const id = leads[lead] as string
          const before = told.get(id) ?? []
          await write(id, before, { stage, at: at(n + 1) })
          told.set(id, [...before, { stage, at: at(n + 1) }])
        }
        if (merges) {
          await house.db.query('UPDATE leads SET merged_into = $2 WHERE id = $1', [leads[0], leads[1]])
          told.delete(leads[0] as string)
        }
        for (const [from, to] of [
          [0, 100],
          [Math.min(first, second), Math.max(first, second) + 1],
        ] as const) {
          const asked = { from: at(from), to: at(to), within }
          const [group] = await readFunnel(house, asked, null)
          for (const { stage, entered, converted, medianHours } of group?.stages ?? []) {
            const came = entriesOf([...told], stage, asked)
            const went = came.flatMap(({ hours }) => (hours === null ? [] : [hours]))
            expect([stage, entered, converted, medianHours]).toEqual([stage, came.length, went.length, middle(went)])
            const figure = { what: 'stage', stage, by: null, key: undefined, converted: true } as const
            const listed = await listBehind(house, asked, figure, { after: null, limit: 100 })
            const those = came.filter(({ hours }) => hours !== null).map(({ id }) => id)
            expect(listed.map(({ id }) => id).sort()).toEqual(those.sort())
          }
        }
        while (await foldArrivals(house));
        expect(await house.db.query('SELECT 1 FROM arrival_marks')).toEqual([])
      },
    ),
    { numRuns: 15 },
  )
})

test('whose history is taken out is in no report, and two who fold at once fold once', async () => {
  const [id] = await begin(1)
  await write(id as string, [], { stage: 'MAL', at: house.clock.now() })
  await Promise.all([foldArrivals(house), foldArrivals(house), foldArrivals(house)])
  while (await foldArrivals(house));
  const rows = () => house.db.query('SELECT stage FROM arrivals WHERE lead_id = $1', [id])
  expect(await rows()).toEqual([{ stage: 'MAL' }])
  await house.db.query('INSERT INTO sample_leads (lead_id) VALUES ($1)', [id])
  await house.db.query('DELETE FROM stage_changes WHERE lead_id = $1', [id])
  const asked = {
    from: new Date(house.clock.now().getTime() - hour),
    to: new Date(house.clock.now().getTime() + hour),
    within,
  }
  const figure = { what: 'stage', stage: 'MAL', by: null, key: undefined, converted: false } as const
  const listed = async () => (await listBehind(house, asked, figure, { after: null, limit: 100 })).map((row) => row.id)
  expect(await listed()).not.toContain(id)
  while (await foldArrivals(house));
  expect(await rows()).toEqual([])
})

async function begin(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId(house.clock))
  await house.db.query(
    `INSERT INTO leads (id, name, stage, desk, stage_at, created_at, updated_at) SELECT id, 'x', 'MAL', 'nurture', $2, $2, $2 FROM unnest($1::uuid[]) AS t(id)`,
    [ids, house.clock.now()],
  )
  return ids
}

const write = (id: string, before: readonly Change[], { stage, at }: Change) =>
  house.db.query(
    `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, playbook_version, at)
     VALUES ($1, $2, 'x', $3, $4, $5, 'nurture', 'test', 1, $6)`,
    [id, before.length + 1, before.at(-1)?.stage ?? null, before.length > 0 ? 'nurture' : null, stage, at],
  )

async function happen(what: string): Promise<void> {
  if (what === 'fold') await foldArrivals(house)
  // Folded when the stages stood in another order: nothing of it may be read.
  if (what === 'other-way') {
    await house.db.query("UPDATE arrival_way SET way = '{SQL,MAL}'")
    await house.db.query('UPDATE arrivals SET onward_at = NULL')
  }
  if (what === 'dies')
    await foldArrivals({
      ...house,
      db: { ...house.db, transaction: (work) => house.db.transaction(async (tx) => Promise.reject(await work(tx))) },
    }).catch(() => {})
}

/** Who came to a stage in a period, and after how many hours each went on; by looking through everything. */
function entriesOf(
  told: readonly (readonly [string, Change[]])[],
  stage: string,
  { from, to }: { from: Date; to: Date },
) {
  return told.flatMap(([id, changes]) => {
    const arrivals = changes.filter((change, n) => change.stage !== changes[n - 1]?.stage)
    const came = arrivals.find((one) => one.stage === stage && one.at >= from && one.at < to)
    if (!came) return []
    const on = arrivals.find(
      (one) => one.at > came.at && way.indexOf(one.stage) > way.indexOf(stage) && way.includes(stage),
    )
    return [{ id, hours: on ? (on.at.getTime() - came.at.getTime()) / hour : null }]
  })
}

function middle(hours: readonly number[]): number | null {
  const sorted = [...hours].sort((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(half)], sorted[Math.ceil(half)]]
  return low === undefined || high === undefined ? null : Math.round((low + high) * 5) / 10
}
