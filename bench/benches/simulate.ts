import { milliseconds } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { startLongJob } from '../../src/leads/long-job.ts'
import { runSimulations, startSimulation } from '../../src/simulation/simulate.ts'
import { defineBench, type Figure, ratioFigures } from '../bench.ts'
import { type Arm, compare } from '../compare.ts'
import { counting, heaviest, timing } from '../counters.ts'
import { openHouse } from '../house.ts'
import { replayByHand } from '../limits/simulate.ts'
import { populate } from '../million.ts'
import { openScratch } from '../scratch.ts'

const dayMs = 86_400_000
const patch = { review: { threshold: 20 }, routing: { capacity: 25 }, sla: { accept: '15m' } }

export default defineBench({
  what: '把一个月按两套规则重放并重新派单，对一遍手写的读取加求和 · a month played again under two sets of rules and placed anew, against hand-written reads and sums',
  async run({ long, verbose, say }) {
    const scratch = await openScratch()
    try {
      const count = long ? 20_000 : 400
      const rounds = long ? 3 : 2
      const db = await scratch.database('product')
      say(`写入 ${count.toLocaleString('en')} 条线索和它们的一个月`)
      await populate(db, count)
      await liveAMonth(db)
      const { house, close } = await openHouse(scratch, db.url)
      const figures: Figure[] = []
      try {
        const to = new Date(house.clock.now().getTime())
        const window = { from: new Date(to.getTime() - 30 * dayMs), to }
        const { playbook } = await house.playbook.current()
        const halfLifeMs = milliseconds(playbook.score.halfLife)
        const weights = new Map(Object.entries(playbook.score.events).map(([type, { weight }]) => [type, weight]))
        const two = [playbook.review.threshold, patch.review.threshold].map((points) => ({
          points,
          halfLifeMs,
          weights,
        }))
        const [first, second] = two as [(typeof two)[0], (typeof two)[0]]
        await house.db.transaction((tx) =>
          startLongJob(tx, house, { kind: 'by-hand', input: {}, total: null, by: 'bench' }),
        )
        say(`交替 ${rounds} 轮`)
        const product = arm(db, count, async () => {
          const { id } = await startSimulation(house, { patch }, window, 'bench')
          while (await runSimulations(house));
          const [job] = await db.query<{ state: string; nominations: number; offers: number }>(
            `SELECT state, (result #>> '{changed,nominations}')::int AS nominations, (result #>> '{changed,placing,offers,count}')::int AS offers FROM jobs WHERE id = $1`,
            [id],
          )
          if (job?.state !== 'done' || !job.nominations || !job.offers) throw new Error('nothing was simulated')
        })
        const limit = arm(db, count, async () => {
          const { leads, reached } = await replayByHand(db, window, [first, second])
          if (leads !== count || !reached[0] || reached[1] <= reached[0])
            throw new Error(`${leads} played, ${reached} reached`)
        })
        figures.push(...ratioFigures('重放 replay', await compare(product, limit, rounds), 0.2))
        const { counted } = await counting(db, product)
        if (verbose) console.table(await heaviest(db))
        figures.push({ name: '  语句 / 千条', value: (counted.statements / count) * 1000, unit: '' })
      } finally {
        await close()
      }
      return { conditions: `${count.toLocaleString('en')} 条线索，30 天，300 名员工，一条通道`, figures }
    } finally {
      await scratch.close()
    }
  },
})

function arm(db: Db, count: number, work: () => Promise<void>): Arm {
  return async () => {
    const begin = performance.now()
    const { cpu } = await timing({ db, own: true }, work)
    return { done: count, seconds: (performance.now() - begin) / 1000, cpu }
  }
}

/** Nobody came before the month; some read a little, some a lot; each who is being sold was offered and taken once. */
async function liveAMonth(db: Db): Promise<void> {
  await db.query('SELECT setseed(0.42)')
  await db.query(
    `UPDATE leads l SET created_at = t.at, stage_at = t.at FROM (SELECT id, now() - interval '29 days' + random() * interval '20 days' AS at FROM leads) t WHERE l.id = t.id`,
  )
  await db.query('ALTER TABLE stage_changes DISABLE TRIGGER USER')
  await db.query('UPDATE stage_changes c SET at = l.created_at FROM leads l WHERE l.id = c.lead_id')
  await db.query('ALTER TABLE stage_changes ENABLE TRIGGER USER')
  await db.query(
    `INSERT INTO timeline (id, lead_id, at, kind)
     SELECT gen_random_uuid(), l.id, l.created_at + random() * (now() - l.created_at),
       'event:' || (ARRAY['content_open', 'content_read', 'content_open', 'price_view', 'content_forward', 'kf_message'])[1 + (random() * 5)::int]
     FROM leads l CROSS JOIN generate_series(1, 12) n WHERE random() < 0.5`,
  )
  await db.query(
    `INSERT INTO touches (id, lead_id, at, kind, channel) SELECT gen_random_uuid(), id, created_at, 'api', '官网' FROM leads`,
  )
  await db.query(
    `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at, answered_at)
     SELECT gen_random_uuid(), id, owner, 'accepted', 1, 'everyone', '[]', 1, created_at, created_at + interval '30 minutes', created_at + random() * interval '29 minutes'
     FROM leads WHERE desk = 'sales'`,
  )
  await db.query('VACUUM ANALYZE')
}
