import type { Db } from '../../src/db.ts'
import { defineBench, ratioFigures } from '../bench.ts'
import { benchCorp, editRequests } from '../callbacks.ts'
import { compare, median, quantile } from '../compare.ts'
import { counting, timing } from '../counters.ts'
import { type Answered, type Client, openClient } from '../load.ts'
import { openScratch } from '../scratch.ts'

const connections = 64

export default defineBench({
  what: '回调落库后才应答：产品的 web 进程，对手写极限 · callbacks acknowledged after their commit',
  async run({ long, profile, say }) {
    const scratch = await openScratch({ profile })
    try {
      const db = await scratch.database('product')
      const bare = await scratch.database('bare', { migrated: false })
      const web = await scratch.role('web', db.url)
      const limit = await scratch.limit('callback-server', {
        BENCH_DATABASE_URL: bare.url,
        BENCH_TOKEN: benchCorp.token,
        BENCH_AES_KEY: benchCorp.aesKey,
        BENCH_CORP_ID: benchCorp.corpId,
      })
      const toProduct = await openClient(web.port, connections)
      const toLimit = await openClient(limit.port, connections)
      const count = long ? 12_000 : 6_000
      const seen = { product: [] as Answered[], limit: [] as Answered[] }
      const slice = (client: Client, kept: Answered[], on: Db, pid: number) => async () => {
        const requests = editRequests(benchCorp, count)
        const { answer, cpu } = await timing({ db: on, pids: [pid] }, () => client.drain(requests))
        kept.push(answer)
        return { ...answer, cpu }
      }
      say(`交替 ${long ? 14 : 7} 轮，每片 ${count} 个回调 · interleaved slices`)
      const { answer: compared, counted } = await counting(db, () =>
        compare(
          slice(toProduct, seen.product, db, web.pid),
          slice(toLimit, seen.limit, bare, limit.pid),
          long ? 14 : 7,
        ),
      )
      const stored = seen.product.length * count
      say('按固定速率 · at steady rates')
      const paced: { rate: number; answered: Answered }[] = []
      for (const rate of [1_000, 2_000, 4_000])
        paced.push({ rate, answered: await toProduct.pace(editRequests(benchCorp, rate * (long ? 6 : 3)), rate) })
      toProduct.close()
      toLimit.close()
      const failed = [...seen.product, ...seen.limit, ...paced.map(({ answered }) => answered)]
      const p = (kept: Answered[], q: number) => median(kept.slice(2).map(({ latencies }) => quantile(latencies, q)))
      return {
        conditions: `${connections} 个长连接，每个同时一个请求；同一内置 PostgreSQL，两个库；只有 web 进程`,
        figures: [
          ...ratioFigures('回调', compared, 0.6),
          { name: '产品 p50', value: p(seen.product, 0.5), unit: 'ms' },
          { name: '产品 p99', value: p(seen.product, 0.99), unit: 'ms' },
          { name: '极限 p99', value: p(seen.limit, 0.99), unit: 'ms' },
          { name: '回调 / INSERT', value: stored / counted.statements, unit: '', beside: '批量落库' },
          { name: 'WAL / 回调', value: counted.walBytes / stored, unit: 'B' },
          { name: '队列语句 / 千回调', value: (counted.queue / stored) * 1000, unit: '' },
          ...paced.flatMap(({ rate, answered: { latencies } }) => [
            { name: `${rate}/s 时 p50`, value: quantile(latencies, 0.5), unit: 'ms' },
            { name: `${rate}/s 时 p99`, value: quantile(latencies, 0.99), unit: 'ms' },
          ]),
          {
            name: '失败 failed',
            value: failed.reduce((sum, one) => sum + one.failed, 0),
            unit: '',
            aim: { atMost: 0 },
          },
        ],
      }
    } finally {
      await scratch.close()
    }
  },
})
