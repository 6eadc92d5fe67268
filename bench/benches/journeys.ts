import type { Db } from '../../src/db.ts'
import type { House } from '../../src/house.ts'
import { advanceDue } from '../../src/journeys/advance.ts'
import { dryRun } from '../../src/journeys/dry-run.ts'
import { findJourney, saveJourney } from '../../src/journeys/library.ts'
import { defineBench, type Figure, ratioFigures } from '../bench.ts'
import { type Arm, compare } from '../compare.ts'
import { counting, heaviest, timing } from '../counters.ts'
import { openHouse } from '../house.ts'
import { advanceBatch } from '../limits/journeys.ts'
import { populate } from '../million.ts'
import { openScratch } from '../scratch.ts'

const id = 'bench-due'
/** A wait that is over, a branch, another wait: nothing that would leave the house. */
const journey = {
  id,
  trigger: { stage: 'MAL' },
  steps: [
    { wait: '1d' },
    {
      branch: {
        if: { field: 'industry', op: '=', value: '制造' },
        // biome-ignore lint/suspicious/noThenProperty: the contract's word
        then: [{ wait: '3d' }],
        else: [{ wait: '7d' }],
      },
    },
  ],
}

export default defineBench({
  what: '到期的旅程往前走，对一句手写 SQL；五百人三十天的推演 · due enrolments against hand-written SQL; a dry run of 500 over 30 days',
  async run({ long, say, verbose }) {
    const scratch = await openScratch()
    try {
      const count = long ? 1_000_000 : 10_000
      const rounds = long ? 0 : 4
      const db = await scratch.database('product')
      // One in five is being sold, one in five waits for review.
      say(`写入 ${(count * 1.5).toLocaleString('en')} 条线索`)
      await populate(db, count * 1.5)
      const { house, close } = await openHouse(scratch, db.url)
      const figures: Figure[] = []
      try {
        await saveJourney(house, journey, 'bench')
        say(`${rounds === 0 ? '各一片' : `交替 ${rounds} 轮`}，每片 ${count.toLocaleString('en')} 条到期`)
        const product = slice(db, count, async () => {
          while (await advanceDue(house));
        })
        const limit = slice(db, count, async () => {
          while ((await advanceBatch(db, id, house.clock.now())) > 0);
        })
        figures.push(...ratioFigures('到期 due', await compare(product, limit, rounds), 0.6))
        if (!long) {
          const { answer, counted } = await counting(db, product)
          if (verbose) console.table(await heaviest(db))
          figures.push({ name: '  语句 / 千条', value: (counted.statements / answer.done) * 1000, unit: '' })
        }
        say('推演')
        figures.push(await rehearsal(house))
      } finally {
        await close()
      }
      return { conditions: `每片 ${count.toLocaleString('en')} 条到期，一批 1 000 条，一条通道`, figures }
    } finally {
      await scratch.close()
    }
  },
})

/** So many come due at once; the time until all stand at their next wait. */
function slice(db: Db, count: number, work: () => Promise<void>): Arm {
  return async () => {
    await db.query('TRUNCATE enrolments, enrolment_steps, journey_counts, journey_ticks CASCADE')
    await db.query(
      `INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, step, since, due_at, entered_at, entered_by)
       SELECT gen_random_uuid(), $1, 1, id, 'waiting', false, false, '0', now() - interval '1 day', now() - random() * interval '1 hour', now() - interval '25 hours', 'bench'
       FROM leads WHERE stage = 'MAL' LIMIT $2`,
      [id, count],
    )
    await db.query('VACUUM ANALYZE enrolments, enrolment_steps')
    const begin = performance.now()
    const { cpu } = await timing({ db, own: true }, work)
    const seconds = (performance.now() - begin) / 1000
    const [left] = await db.query<{ done: number }>(
      `SELECT count(*) AS done FROM enrolments WHERE step LIKE '1.%' AND due_at > now()`,
    )
    if (left?.done !== count) throw new Error(`${left?.done} of ${count} went on`)
    return { done: count, seconds, cpu }
  }
}

async function rehearsal(house: House): Promise<Figure> {
  const { body } = await findJourney(house.db, 'welcome-mal-30-days')
  const begin = performance.now()
  const { asked, sends } = await dryRun(house, body, { leadIds: 'all', days: 30 })
  const seconds = (performance.now() - begin) / 1000
  return {
    name: '推演 30 天 dry run',
    value: seconds,
    unit: 's',
    beside: `${asked} 人，${sends} 次发送`,
    aim: { atMost: 5 },
  }
}
