import { setTimeout as wait } from 'node:timers/promises'
import { defineBench } from '../bench.ts'
import { heaviest, residentMiB, timing } from '../counters.ts'
import { importAll } from '../limits/import.ts'
import { benchToken, openScratch } from '../scratch.ts'

export default defineBench({
  what: '导入 CSV：每行校验、查重、成为线索、留下回执，对手写的 COPY 加 INSERT … SELECT，进同样的七张表 · a file of people, against COPY and hand-written SQL into the same seven tables',
  async run({ long, profile, verbose, say }) {
    const scratch = await openScratch({ profile })
    try {
      const db = await scratch.database('product')
      const bare = await scratch.database('bare')
      const web = await scratch.role('web', db.url)
      const worker = await scratch.role('worker', db.url)
      const rows = long ? 1_000_000 : 100_000
      const csv = fileOf(rows)
      const begin = performance.now()
      const byHand = await timing({ db: bare, own: true }, () => importAll(bare, csv))
      const limit = (performance.now() - begin) / 1000
      say(`手写 SQL 导入 ${rows.toLocaleString('en')} 行用了 ${limit.toFixed(1)} 秒`)
      const before = residentMiB(worker.pid)
      const first = await timing({ db, pids: [worker.pid, web.pid] }, () => bringIn(web.port, csv))
      say(`导入用了 ${first.answer.seconds.toFixed(1)} 秒`)
      if (verbose) console.table(await heaviest(db, 25))
      const grown = residentMiB(worker.pid) - before
      // What a hundred thousand rows show about repetition, a million show no better.
      const again = long ? null : await bringIn(web.port, csv)
      return {
        conditions: `${rows.toLocaleString('en')} 行 5 列，经 POST /api/imports，web 与 worker 各一个进程；极限是 COPY 加每张表一句 INSERT … SELECT，进同样的七张表，不加密、不查重`,
        figures: [
          { name: '产品 product', value: rows / first.answer.seconds, unit: '/s' },
          { name: '极限 limit', value: rows / limit, unit: '/s' },
          { name: '比值 ratio', value: limit / first.answer.seconds, unit: '', aim: { atLeast: 0.3 } },
          { name: 'CPU 比值', value: byHand.cpu / first.cpu, unit: '' },
          {
            name: 'CPU / 行',
            value: (first.cpu / rows) * 1e6,
            unit: 'µs',
            beside: `极限 ${Math.round((byHand.cpu / rows) * 1e6)} µs`,
          },
          { name: 'worker 增长', value: grown, unit: 'MiB', aim: { atMost: 100 } },
          ...(again
            ? [{ name: '再导入一次', value: rows / again.seconds, unit: '/s', beside: JSON.stringify(again.result) }]
            : []),
        ],
      }
    } finally {
      await scratch.close()
    }
  },
})

async function bringIn(port: number, csv: string) {
  const headers = { Authorization: `Bearer ${benchToken}` }
  const begin = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/api/imports?name=bench.csv`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'text/csv' },
    body: csv,
  })
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`)
  const { id } = (await answer.json()) as { id: string }
  for (;;) {
    await wait(100)
    const job = (await (await fetch(`http://127.0.0.1:${port}/api/imports/${id}?limit=1`, { headers })).json()) as {
      state: string
      result: unknown
    }
    if (job.state === 'failed') throw new Error(JSON.stringify(job))
    if (job.state === 'done') return { seconds: (performance.now() - begin) / 1000, result: job.result }
  }
}

/** People with a mobile and an e-mail each; nobody twice. */
function fileOf(rows: number): string {
  const lines = ['姓名,公司,职位,手机号,邮箱']
  for (let n = 0; n < rows; n++)
    lines.push(`客户${n},宁波第${n % 5_000}机械有限公司,采购经理,${13_000_000_000 + n},buyer${n}@example.com`)
  return `${lines.join('\n')}\n`
}
