import { createCursors } from '../../src/http/cursor.ts'
import { defineBench, type Figure } from '../bench.ts'
import { benchCorp, callbackRequest, contactXml } from '../callbacks.ts'
import { quantile } from '../compare.ts'
import { counting, heaviest } from '../counters.ts'
import { openClient, request } from '../load.ts'
import { populate } from '../million.ts'
import { benchToken, openScratch, sessionSecret } from '../scratch.ts'

const leads = 1_000_000

interface Page {
  name: string
  path: string
  as?: string
}

export default defineBench({
  what: '一百万条线索时的审核队列与线索列表，一边有人写入 · pages of lists at a million leads, with writers',
  async run({ long, profile, verbose, say }) {
    const scratch = await openScratch({ profile })
    try {
      const db = await scratch.database('product')
      const web = await scratch.role('web', db.url)
      say(`写入 ${leads.toLocaleString('en')} 条线索`)
      const begin = performance.now()
      const there = await populate(db, leads)
      say(
        `用了 ${Math.round((performance.now() - begin) / 1000)} 秒，其中待审核 ${there.queued.toLocaleString('en')} 条`,
      )
      const cursors = createCursors(sessionSecret)
      const [row] = await db.query<{ due: string; s: number; id: string }>(
        `SELECT due_at::text AS due, s, lead_id AS id FROM review_queue WHERE NOT hand_raised ORDER BY due_at, s DESC, lead_id OFFSET $1 LIMIT 1`,
        [Math.floor(there.queued * 0.7)],
      )
      const [old] = await db.query<{ at: string; id: string }>(
        'SELECT created_at::text AS at, id FROM leads ORDER BY created_at DESC, id DESC OFFSET $1 LIMIT 1',
        [leads / 2],
      )
      const inQueue = cursors.seal('review-queue', [false, row?.due ?? '', row?.s ?? 0, row?.id ?? ''])
      const inLeads = cursors.seal('leads', [old?.at ?? '', old?.id ?? ''])
      const pages: Page[] = [
        { name: '审核队列 第一页', path: '/api/review-queue?limit=50' },
        {
          name: `审核队列 第 ${Math.floor((there.queued * 0.7) / 50).toLocaleString('en')} 页`,
          path: `/api/review-queue?limit=50&cursor=${inQueue}`,
        },
        { name: '审核队列 主管的团队', path: '/api/review-queue?limit=50', as: 'Member10' },
        { name: '线索 第一页', path: '/api/leads?limit=50' },
        { name: '线索 第 10,000 页', path: `/api/leads?limit=50&cursor=${inLeads}` },
        { name: '线索 按阶段与工位', path: '/api/leads?limit=50&stage=MQL&desk=sales' },
        { name: '线索 按负责人', path: '/api/leads?limit=50&owner=Member5' },
        { name: '线索 销售自己的', path: '/api/leads?limit=50', as: 'Member5' },
        { name: '线索 主管的团队', path: '/api/leads?limit=50', as: 'Member10' },
        { name: '线索 搜一个名字', path: `/api/leads?limit=50&q=${encodeURIComponent('客户777777')}` },
      ]
      const reader = await openClient(web.port, 2)
      const writer = await openClient(web.port, 8)
      const figures: Figure[] = []
      for (const page of pages) {
        const asked = request('GET', page.path, {
          Authorization: `Bearer ${benchToken}`,
          ...(page.as ? { 'Act-As': page.as } : {}),
        })
        const times = long ? 600 : 150
        await reader.drain(Array.from({ length: 5 }, () => asked))
        const { answer: still, counted } = await counting(db, () =>
          reader.drain(Array.from({ length: 10 }, () => asked)),
        )
        if (verbose) console.table(await heaviest(db, 6))
        let writing = true
        const writes = (async () => {
          let written = 0
          for (; writing; written += 50) await writer.pace(writesOf(leads), 200)
          return written
        })()
        const { latencies, failed } = await reader.pace(
          Array.from({ length: times }, () => asked),
          quantile(still.latencies, 0.5) > 50 ? 5 : 40,
        )
        writing = false
        await writes
        figures.push(
          { name: `${page.name} p50`, value: quantile(latencies, 0.5), unit: 'ms', aim: { atMost: 3 } },
          {
            name: `${page.name} p99`,
            value: quantile(latencies, 0.99),
            unit: 'ms',
            aim: { atMost: 15 },
            beside: `数据页 ${Math.round(counted.buffers / 10)}  语句 ${counted.statements / 10}${failed > 0 ? `  失败 ${failed}` : ''}`,
          },
        )
      }
      reader.close()
      writer.close()
      return {
        conditions: `${leads.toLocaleString('en')} 条线索；HTTP 每秒 40 页，同时每秒 200 次写入（一半回调，另一半是行为、举手和领取）`,
        figures,
      }
    } finally {
      await scratch.close()
    }
  },
})

/**
 * Half callbacks of edits; of the rest most is what people did, one in five raises a hand and so enters the queue, and one in
 * ten is an MDR who takes the next one from its top.
 */
function writesOf(leads: number): Buffer[] {
  return Array.from({ length: 50 }, (_, n) => {
    const customer = `wm${1 + Math.floor(Math.random() * leads)}`
    if (n % 2 === 0)
      return callbackRequest(
        benchCorp,
        contactXml(benchCorp.corpId, { change: 'edit_external_contact', userid: 'Member1', customer }),
      )
    const headers = { Authorization: `Bearer ${benchToken}`, 'Content-Type': 'application/json' }
    if (n % 20 === 19) return request('POST', '/api/review-queue/claim', { ...headers, 'Act-As': 'Member1' }, '{}')
    const type = n % 10 === 1 ? 'demo_request' : 'content_open'
    const did = { lead: { kind: 'externalUserId', value: customer }, type }
    return request('POST', '/api/events', headers, JSON.stringify(did))
  })
}
