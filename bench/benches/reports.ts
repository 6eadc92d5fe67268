import { rollUp } from '../../src/accounts/roll-up.ts'
import type { Db } from '../../src/db.ts'
import { foldArrivals } from '../../src/reports/arrivals.ts'
import { defineBench, type Figure } from '../bench.ts'
import { quantile } from '../compare.ts'
import { counting, heaviest } from '../counters.ts'
import { populateAccounts, populateHistory } from '../history.ts'
import { openHouse } from '../house.ts'
import { openClient, request } from '../load.ts'
import { populate } from '../million.ts'
import { benchToken, openScratch } from '../scratch.ts'

const leads = Number(process.env.BENCH_LEADS ?? 1_000_000)
const accounts = leads / 5

/** Everything the dashboard asks for, and what a period costs it. */
const parts = [
  ['漏斗', '/api/funnel?'],
  ['漏斗 按渠道', '/api/funnel?by=channel&'],
  ['漏斗 按 MDR', '/api/funnel?by=mdr&'],
  ['阶段与原因', '/api/reports/stages?'],
  ['流向', '/api/reports/flows?'],
  ['同期群', '/api/reports/cohorts?by=month&'],
  ['渠道与获客成本', '/api/reports/channels?'],
  ['旅程', '/api/reports/journeys?'],
  ['内容效果', '/api/reports/content?'],
] as const

export default defineBench({
  what: '一百万条线索、一千万行历史时的报表，二十万家客户的列表与汇总 · reports at a million leads and ten million rows of history, 200,000 accounts',
  async run({ long, profile, verbose, say }) {
    const scratch = await openScratch({ profile })
    try {
      const db = await scratch.database('product')
      const web = await scratch.role('web', db.url)
      say(`写入 ${leads.toLocaleString('en')} 条线索`)
      await populate(db, leads)
      const { rows } = await populateHistory(db, leads)
      say(`写入 ${rows.toLocaleString('en')} 行历史`)
      await populateAccounts(db, accounts)
      say('整理阶段历史')
      const figures: Figure[] = [await folding(scratch, db)]
      const reader = await openClient(web.port, 1)
      const ask = async (name: string, path: string, times: number, atMost: number, as?: string) => {
        const asked = request('GET', path, {
          Authorization: `Bearer ${benchToken}`,
          ...(as ? { 'Act-As': as } : {}),
        })
        // Slow answers are kept: whoever asks first waits for the work, the others do not.
        await db.query('DELETE FROM report_answers')
        const { answer: first, counted } = await counting(db, () => reader.drain([asked]))
        if (verbose) console.table(await heaviest(db, 4))
        const later = await reader.drain(Array.from({ length: times }, () => asked))
        const failed = first.failed + later.failed
        const beside = `之后再问 ${Math.round(quantile(later.latencies, 0.5))} ms  数据页 ${counted.buffers}${failed > 0 ? `  失败 ${failed}` : ''}`
        figures.push({ name, value: quantile(first.latencies, 0.5), unit: 'ms', aim: { atMost }, beside })
      }
      for (const days of [30, 365])
        for (const [name, path] of parts) {
          say(`${name}，${days} 天`)
          await ask(`${name} ${days} 天`, `${path}from=${daysAgo(days)}&to=${daysAgo(0)}`, long ? 7 : 3, 2000)
        }
      await ask('今天要办的', '/api/reports/today', 5, 1000)
      await ask('今天要办的 主管的团队', '/api/reports/today', 5, 1000, 'Member10')
      say('客户列表与汇总')
      await ask('客户 第一页', '/api/accounts?limit=50', 20, 15)
      await ask('客户 主管的团队', '/api/accounts?limit=50', 5, 100, 'Member10')
      figures.push(...(await rollUps(scratch, db)))
      const limit = await timed(() => db.query(bare, [daysAgo(365)]))
      const ours = figures.find(({ name }) => name === '漏斗 365 天')?.value ?? Number.NaN
      figures.push({ name: '漏斗 一句 SQL limit', value: limit, unit: 'ms' })
      figures.push({ name: '漏斗 比值 ratio', value: limit / ours, unit: '' })
      reader.close()
      return {
        conditions: `${leads.toLocaleString('en')} 条线索、${rows.toLocaleString('en')} 行历史、${accounts.toLocaleString('en')} 家客户；一次问一张报表`,
        figures,
      }
    } finally {
      await scratch.close()
    }
  },
})

/** The least a funnel must read: every coming to a stage in the period, once a lead. */
const bare = `SELECT to_stage, count(DISTINCT lead_id) FROM stage_changes WHERE at >= $1::timestamptz AND to_stage IS DISTINCT FROM from_stage GROUP BY 1`

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

/** The history of everybody made ready for reports, as after a change of the order of stages. */
async function folding(scratch: Awaited<ReturnType<typeof openScratch>>, db: Db & { url: string }): Promise<Figure> {
  const { house, close } = await openHouse(scratch, db.url)
  try {
    const took = await timed(async () => {
      while (await foldArrivals(house));
    })
    await db.query('VACUUM ANALYZE arrivals, arrival_marks')
    return { name: '阶段历史整理 每千条线索', value: (took / leads) * 1000, unit: 'ms', aim: { atMost: 100 } }
  } finally {
    await close()
  }
}

/** A thousand companies counted anew, as after a busy minute. */
async function rollUps(
  scratch: Awaited<ReturnType<typeof openScratch>>,
  db: { url: string; query<Row>(text: string): Promise<Row[]> },
): Promise<Figure[]> {
  const { house, close } = await openHouse(scratch, db.url)
  try {
    const some = await db.query<{ id: string }>('SELECT id FROM accounts ORDER BY id LIMIT 1000')
    const ids = some.map(({ id }) => id)
    const took = await timed(() => house.db.transaction((tx) => rollUp(tx, house, ids)))
    return [{ name: '客户汇总 每千家', value: took, unit: 'ms', aim: { atMost: 1000 } }]
  } finally {
    await close()
  }
}
