import { setTimeout as wait } from 'node:timers/promises'
import { fillSegments } from '../../src/segments/fill.ts'
import { createSegment, findSegment } from '../../src/segments/library.ts'
import { defineBench, type Figure } from '../bench.ts'
import { median, quantile } from '../compare.ts'
import { openHouse } from '../house.ts'
import { type Client, openClient, request } from '../load.ts'
import { populate } from '../million.ts'
import { benchToken, openScratch } from '../scratch.ts'

const leads = 1_000_000
const condition = {
  all: [
    { field: 'industry', op: '=' as const, value: '制造' },
    { event: 'content_open', atLeast: 1, within: '30d' },
    { not: { tag: { group: '需求', name: '不需要' } } },
  ],
}

export default defineBench({
  what: '一百万条线索的动态人群：从事件到成员，以及整个算一遍 · a live segment at a million leads: event to member, and a full fill',
  async run({ long, say, profile }) {
    const scratch = await openScratch({ ...(profile ? { profile } : {}) })
    try {
      const db = await scratch.database('product')
      say(`写入 ${leads.toLocaleString('en')} 条线索，其中一半打开过内容`)
      await populate(db, leads)
      await db.query(
        `INSERT INTO timeline (id, lead_id, at, kind, data) SELECT gen_random_uuid(), id, now() - random() * interval '60 days', 'event:content_open', '{}' FROM leads WHERE random() < 0.5`,
      )
      await db.query('VACUUM ANALYZE timeline')
      const figures: Figure[] = []
      const { house, close } = await openHouse(scratch, db.url)
      let segment = ''
      try {
        const seconds: { product: number[]; limit: number[] } = { product: [], limit: [] }
        for (let round = 0; round < (long ? 3 : 2); round++) {
          say(`整个算一遍，第 ${round + 1} 轮`)
          await db.query(
            'CREATE TABLE IF NOT EXISTS bare_members (segment uuid, lead_id uuid, since timestamptz, PRIMARY KEY (segment, lead_id))',
          )
          await db.query('TRUNCATE bare_members')
          seconds.limit.push(await timed(() => db.query(bySet)))
          const made = await createSegment(house, { name: `人群 ${round}`, kind: 'live', condition }, 'bench')
          seconds.product.push(
            await timed(async () => {
              do await fillSegments(house)
              while ((await findSegment(db, made.id)).state === 'filling')
            }),
          )
          segment = made.id
        }
        const [same] = await db.query<{ bare: number; ours: number }>(
          'SELECT (SELECT count(*) FROM bare_members) AS bare, (SELECT count(*) FROM segment_members WHERE segment = $1) AS ours',
          [segment],
        )
        figures.push(
          { name: '整个算一遍 产品 fill', value: median(seconds.product), unit: 's', beside: `成员 ${same?.ours}` },
          { name: '整个算一遍 一句 SQL limit', value: median(seconds.limit), unit: 's', beside: `成员 ${same?.bare}` },
          { name: '整个算一遍 比值 ratio', value: median(seconds.limit) / median(seconds.product), unit: '' },
        )
      } finally {
        await close()
      }
      await db.query('VACUUM ANALYZE segment_members')
      const web = await scratch.role('web', db.url)
      const worker = await scratch.role('worker', db.url)
      const [reader, writer] = [await openClient(web.port, 1), await openClient(web.port, 4)]
      say('估算')
      const asks = Array.from({ length: 40 }, () => ask('/api/segments/estimate', { condition }))
      const { latencies } = await reader.drain(asks)
      figures.push(
        { name: '估算 p50', value: quantile(latencies, 0.5), unit: 'ms' },
        { name: '估算 p99', value: quantile(latencies, 0.99), unit: 'ms', aim: { atMost: 100 } },
      )
      say('从事件到成员，同时每秒 100 个别人的事件')
      const fresh = await freshness(db, reader, writer, segment, long ? 200 : 60)
      figures.push(
        { name: '事件 → 成员 p50', value: quantile(fresh, 0.5), unit: 'ms' },
        { name: '事件 → 成员 p99', value: quantile(fresh, 0.99), unit: 'ms', aim: { atMost: 2000 } },
      )
      reader.close()
      writer.close()
      await worker.stop()
      return {
        conditions: `${leads.toLocaleString('en')} 条线索、五十万个行为；条件：行业、30 天内打开过内容、没有某个标签；web 与 worker 各一个进程`,
        figures,
      }
    } finally {
      await scratch.close()
    }
  },
})

const bySet = `INSERT INTO bare_members SELECT '00000000-0000-0000-0000-000000000000', l.id, now() FROM leads l
  WHERE l.merged_into IS NULL AND l.industry = '制造' AND EXISTS (SELECT FROM timeline e WHERE e.lead_id = l.id AND e.kind = 'event:content_open' AND e.at > now() - interval '30 days')
    AND NOT EXISTS (SELECT FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id WHERE lt.lead_id = l.id AND t.name = '不需要' AND g.name = '需求')`

const ask = (path: string, body: unknown): Buffer =>
  request(
    'POST',
    path,
    { Authorization: `Bearer ${benchToken}`, 'Content-Type': 'application/json' },
    JSON.stringify(body),
  )
const opened = (customer: string): Buffer =>
  ask('/api/events', { lead: { kind: 'externalUserId', value: customer }, type: 'content_open' })

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return (performance.now() - begin) / 1000
}

/** From the moment the event is told to the moment its lead is seen among the members, for people who were not. */
async function freshness(
  db: { query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> },
  reader: Client,
  writer: Client,
  segment: string,
  times: number,
): Promise<number[]> {
  const outside = await db.query<{ id: string; customer: string }>(
    `SELECT l.id, i.key AS customer FROM leads l JOIN identities i ON i.lead_id = l.id AND i.kind = 'externalUserId'
     WHERE NOT EXISTS (SELECT FROM segment_members m WHERE m.segment = $1 AND m.lead_id = l.id) LIMIT $2`,
    [segment, times],
  )
  let writing = true
  const writes = (async () => {
    while (writing)
      await writer.pace(
        Array.from({ length: 50 }, () => opened(`wm${1 + Math.floor(Math.random() * leads)}`)),
        100,
      )
  })()
  const taken: number[] = []
  for (const { id, customer } of outside) {
    const begin = performance.now()
    await reader.drain([opened(customer)])
    for (;;) {
      const [member] = await db.query('SELECT 1 FROM segment_members WHERE segment = $1 AND lead_id = $2', [
        segment,
        id,
      ])
      if (member) break
      if (performance.now() - begin > 30_000) throw new Error('nobody became a member')
      await wait(5)
    }
    taken.push(performance.now() - begin)
    // So that one does not always ask at the same moment of the job's second.
    await wait(Math.random() * 1_000)
  }
  writing = false
  await writes
  return taken
}
