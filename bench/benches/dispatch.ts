import type { House } from '../../src/house.ts'
import { dispatch } from '../../src/inbox/dispatch.ts'
import { addressOf } from '../../src/inbox/envelope.ts'
import { insertInbox, keyOf } from '../../src/inbox/rows.ts'
import { readXml } from '../../src/wecom/xml.ts'
import { defineBench, type Figure, ratioFigures } from '../bench.ts'
import { benchCorp, type ContactEvent, contactXml, newCustomer } from '../callbacks.ts'
import { type Arm, compare } from '../compare.ts'
import { type Counted, counting, heaviest, timing } from '../counters.ts'
import { openHouse } from '../house.ts'
import { handleBatch } from '../limits/dispatch.ts'
import { openScratch } from '../scratch.ts'

type Database = Awaited<ReturnType<Awaited<ReturnType<typeof openScratch>>['database']>>

export default defineBench({
  what: '收件箱里的事件由真正的处理文件办完，对整批手写 SQL · stored events handled, against set-based SQL',
  async run({ long, say, verbose }) {
    const scratch = await openScratch()
    try {
      const stub = await scratch.limit('wecom-stub', {})
      const product = await scratch.database('product')
      const bare = await scratch.database('bare')
      const { house, close } = await openHouse(scratch, product.url, { WECOM_API_URL: `http://127.0.0.1:${stub.port}` })
      const rounds = long ? 10 : 4
      const count = long ? 4_000 : 2_000
      const figures: Figure[] = []
      try {
        for (const kind of ['add', 'edit'] as const) {
          say(`${kind}：交替 ${rounds} 轮，每片 ${count} 个事件`)
          const arms = { product: slice(house, product, kind, count), limit: bareSlice(house, bare, kind, count) }
          const compared = await compare(arms.product, arms.limit, rounds)
          const counted = await counted1000(product, house, kind)
          if (verbose) console.table(await heaviest(product))
          figures.push(...ratioFigures(kind, compared, 0.35), ...perEvent(kind, counted))
        }
        say('带欢迎语的添加（每位单独定夺）')
        const rest = await welcomes(house, product, 600)
        const counted = (await counting(product, () => welcomes(house, product, 600))).counted
        if (verbose) console.table(await heaviest(product, 30))
        figures.push({ name: 'add + 欢迎语', value: rest.done / rest.seconds, unit: '/s' })
        figures.push({ name: '  语句 / 事件', value: counted.statements / 600, unit: '' })
      } finally {
        await close()
      }
      return { conditions: '在测量进程里派发，一条通道，一批 200 个；WeCom 由一个立即应答的桩代替', figures }
    } finally {
      await scratch.close()
    }
  },
})

const known: Record<'product' | 'bare', string[]> = { product: [], bare: [] }

/** Stores events of one kind, and says when they are there. */
async function store(house: House, db: Database, events: readonly ContactEvent[], welcome = false): Promise<void> {
  const rows = events.map((event) => {
    const body = contactXml(benchCorp.corpId, event)
    const message = readXml(body)
    if (welcome) message.WelcomeCode = `code-${event.customer}`
    const at = house.clock.now()
    return { ...addressOf(message, house.shelves.handlers), body, event: message, key: keyOf(body), receivedAt: at }
  })
  for (let from = 0; from < rows.length; from += 500) await insertInbox(db, rows.slice(from, from + 500))
}

function eventsOf(arm: 'product' | 'bare', kind: 'add' | 'edit', count: number): ContactEvent[] {
  const userid = (n: number) => `Member${n % 20}`
  if (kind === 'add') {
    const fresh = Array.from({ length: count }, newCustomer)
    known[arm].push(...fresh)
    return fresh.map((customer, n) => ({ change: 'add_external_contact', userid: userid(n), customer }))
  }
  // Ten thousand people are tagged anew by hand: each of them once, in the order they came.
  const from = Math.floor(Math.random() * Math.max(1, known[arm].length - count))
  return known[arm]
    .slice(from, from + count)
    .map((customer, n) => ({ change: 'edit_external_contact', userid: userid(n), customer }))
}

const laneOf = { add: 'welcome', edit: 'storm' } as const

function slice(house: House, db: Database, kind: 'add' | 'edit', count: number): Arm {
  return async () => {
    await store(house, db, eventsOf('product', kind, count))
    await db.query('ANALYZE')
    const begin = performance.now()
    const { cpu } = await timing({ db, own: true }, async () => {
      while (await dispatch(house, laneOf[kind]));
    })
    return { done: count, seconds: (performance.now() - begin) / 1000, cpu }
  }
}

function bareSlice(house: House, db: Database, kind: 'add' | 'edit', count: number): Arm {
  return async () => {
    await store(house, db, eventsOf('bare', kind, count))
    await db.query('ANALYZE')
    const begin = performance.now()
    const { cpu } = await timing({ db, own: true }, async () => {
      while ((await handleBatch(db, laneOf[kind])) > 0);
    })
    return { done: count, seconds: (performance.now() - begin) / 1000, cpu }
  }
}

async function counted1000(db: Database, house: House, kind: 'add' | 'edit'): Promise<Counted> {
  await store(house, db, eventsOf('product', kind, 1_000))
  return (
    await counting(db, async () => {
      while (await dispatch(house, laneOf[kind]));
    })
  ).counted
}

async function welcomes(house: House, db: Database, count: number) {
  await store(house, db, eventsOf('product', 'add', count), true)
  await db.query('ANALYZE')
  const begin = performance.now()
  while (await dispatch(house, 'welcome'));
  return { done: count, seconds: (performance.now() - begin) / 1000 }
}

const perEvent = (kind: string, { statements, walBytes, buffers }: Counted): Figure[] => [
  { name: `${kind} 语句 / 事件`, value: statements / 1_000, unit: '' },
  { name: `${kind} 数据页 / 事件`, value: buffers / 1_000, unit: '' },
  { name: `${kind} WAL / 事件`, value: walBytes / 1_000, unit: 'B' },
]
