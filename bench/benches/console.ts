import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { projectRoot } from '../../src/root.ts'
import { defineBench, type Figure } from '../bench.ts'
import { quantile } from '../compare.ts'
import { type Started, start } from '../started.ts'
import { onInterrupt } from '../tidy.ts'

const waiting = 50
const slower = 4

export default defineBench({
  what: '控制台在浏览器里：首次载入、可用、打开队列、按键 · the console in a browser',
  async run({ long, say }) {
    const running = await start()
    const browser = await openBrowser()
    const forget = onInterrupt(() => browser.close())
    try {
      say(`${waiting} 条线索举手`)
      await raiseHands(running, waiting)
      const times = long ? 15 : 5
      const first = await repeat(times, () => firstLoad(browser, running.port))
      const { opened, keys } = await atTheQueue(browser, running.port, long ? 120 : 40)
      return {
        conditions: `样例公司加 ${waiting} 条举手的线索；首次载入无缓存，CPU 慢 ${slower} 倍`,
        figures: figuresOf(first, opened, keys),
      }
    } finally {
      forget()
      await browser.close()
      await running.stop()
    }
  },
})

interface FirstLoad {
  bytes: number
  requests: number
  painted: number
  interactive: number
}

function figuresOf(first: readonly FirstLoad[], opened: readonly number[], keys: readonly number[]): Figure[] {
  const median = (pick: (one: FirstLoad) => number) => quantile(first.map(pick), 0.5)
  return [
    {
      name: '首次载入 first load (gzip)',
      value: median(({ bytes }) => bytes) / 1000,
      unit: 'kB',
      beside: `${median(({ requests }) => requests)} 个文件`,
      aim: { atMost: 200 },
    },
    { name: `队列出现 queue painted (CPU ×${slower})`, value: median(({ painted }) => painted), unit: 'ms' },
    {
      name: `可用 time to interactive (CPU ×${slower})`,
      value: median(({ interactive }) => interactive),
      unit: 'ms',
      aim: { atMost: 3000 },
    },
    { name: '打开队列到画出 open → painted p50', value: quantile(opened, 0.5), unit: 'ms', aim: { atMost: 100 } },
    { name: '打开队列到画出 open → painted p95', value: quantile(opened, 0.95), unit: 'ms' },
    { name: 'J/K 到画出 key → painted p50', value: quantile(keys, 0.5), unit: 'ms', aim: { atMost: 50 } },
    { name: 'J/K 到画出 key → painted p95', value: quantile(keys, 0.95), unit: 'ms', aim: { atMost: 100 } },
  ]
}

/** Without a cache on a slow machine: until the queue stands there, and until nothing keeps the hands busy any more. */
async function firstLoad(browser: Browser, port: number): Promise<FirstLoad> {
  const page = await signedIn(browser, port)
  const wire = await page.context().newCDPSession(page)
  await wire.send('Emulation.setCPUThrottlingRate', { rate: slower })
  const files: string[] = []
  page.on('response', (answer) => {
    if (['script', 'stylesheet'].includes(answer.request().resourceType())) files.push(answer.url())
  })
  await page.addInitScript(busyTimes)
  await page.goto(`http://127.0.0.1:${port}/console/review`)
  const [painted, interactive] = await page.evaluate<[number, number]>(untilCalm)
  await page.context().close()
  return { bytes: await weigh(files), requests: files.length, painted, interactive }
}

/** How much the scripts and styles of a page weigh, packed as every browser understands it. */
async function weigh(files: readonly string[]): Promise<number> {
  const headers = { 'Accept-Encoding': 'gzip' }
  const answers = await Promise.all(files.map((file) => fetch(file, { method: 'HEAD', headers })))
  return answers.reduce((sum, answer) => sum + Number(answer.headers.get('content-length')), 0)
}

/** From the list of leads into the queue and back, and through the queue by key, as one who works there all day. */
async function atTheQueue(browser: Browser, port: number, presses: number) {
  const page = await signedIn(browser, port)
  await page.goto(`http://127.0.0.1:${port}/console/review`)
  await page
    .locator('.queue-row')
    .nth(waiting - 1)
    .waitFor()
  const opened = await repeat(10, async () => {
    await page.locator('.rail a[href$="/leads"]').click()
    await page.locator('.lead-table').waitFor()
    return page.evaluate<number>(openQueue)
  })
  await page.evaluate(timedKeys)
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press(press % 10 === 9 ? 'k' : 'j')
    await page.waitForFunction(`window.keyTimes.length > ${press}`, undefined, { polling: 20 }).catch(() => undefined)
  }
  const keys = await page.evaluate<number[]>('window.keyTimes')
  await page.context().close()
  return { opened, keys }
}

async function signedIn(browser: Browser, port: number): Promise<Page> {
  // The policy forbids evaluating words as code, which is how a page is waited for here.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true })
  await context.request.post(`http://127.0.0.1:${port}/api/sign-in`, { data: { userid: 'WangMin' } })
  return context.newPage()
}

async function raiseHands({ api }: Started, many: number): Promise<void> {
  for (let n = 0; n < many; n++) {
    const { id } = await api<{ id: string }>('POST', '/api/leads', { name: `举手 ${n}`, company: `公司 ${n}` })
    await api('POST', '/api/events', { lead: { kind: 'id', value: id }, type: 'demo_request' })
  }
}

async function openBrowser(): Promise<Browser> {
  const finder = pathToFileURL(join(projectRoot, 'test/support/find-chromium.mjs')).href
  const { findChromium, howToGetChromium } = await import(finder)
  const executablePath = findChromium()
  if (!executablePath) throw new Error(howToGetChromium)
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
}

async function repeat<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (let time = 0; time < times; time++) found.push(await measure())
  return found
}

const busyTimes = `
  window.busyUntil = 0
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.busyUntil = Math.max(window.busyUntil, startTime + duration)
  }).observe({ type: 'longtask', buffered: true })`

/** Interactive: painted, and a whole second without a task of 50 ms; the end of the last one is the time. */
const untilCalm = `new Promise((done) => {
  let painted = 0
  const look = () => {
    if (!painted && document.querySelectorAll('.queue-row').length >= 20) painted = performance.now()
    if (painted && performance.now() - Math.max(painted, window.busyUntil) > 1000) done([painted, Math.max(painted, window.busyUntil)])
    else setTimeout(look, 20)
  }
  look()
})`

const openQueue = `new Promise((done) => {
  const begin = performance.now()
  document.querySelector('.rail a[href$="/review"]').click()
  const look = () => {
    if (document.querySelectorAll('.queue-row').length >= ${waiting}) requestAnimationFrame(() => done(performance.now() - begin))
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})`

const timedKeys = `
  window.keyTimes = []
  window.addEventListener('keydown', ({ timeStamp }) => {
    requestAnimationFrame(() => setTimeout(() => window.keyTimes.push(performance.now() - timeStamp)))
  }, true)`
