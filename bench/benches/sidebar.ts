import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import { defineBench, type Figure } from '../bench.ts'
import { quantile } from '../compare.ts'
import { openPhone, openTab, phoneSize, slowWords } from '../phone.ts'
import { type Started, start } from '../started.ts'

const userid = 'LiLei'

interface Chat {
  externalUserId: string
  leadId: string
}

export default defineBench({
  what: '手机上的侧边栏与客户页：第一次画出、认出是谁、点一下到画出、页面有多重 · sidebar and customer pages on a slow phone',
  async run({ long, say }) {
    const bowtie = await start()
    const phone = await openPhone()
    try {
      const chats = await chatsOf(bowtie)
      const cold: Opening[] = []
      const warm: Opening[] = []
      const taps: number[] = []
      const times = long ? 15 : 5
      for (let n = 0; n < times; n++) {
        say(`第 ${n + 1} 次打开`)
        const context = await phone.newContext(phoneSize)
        await context.addInitScript(watch)
        const first = await openSidebar(context, bowtie, chats[n % chats.length] as Chat)
        cold.push(first.opening)
        await first.page.waitForTimeout(1_500)
        await first.page.close()
        const again = await openSidebar(context, bowtie, chats[(n + 1) % chats.length] as Chat)
        warm.push(again.opening)
        taps.push(...(await tapAround(again.frame)))
        await context.close()
      }
      const pages = await customerPages(phone, bowtie, chats)
      return {
        conditions: `${slowWords}，390×844；第一次：没有缓存，也没有登录；再开：换一位客户的聊天`,
        figures: [
          ...openings('第一次', cold, { paint: 1_500, name: 2_500 }),
          ...openings('再开', warm, { paint: 600, name: 1_200 }),
          { name: '点一下到画出 p50', value: quantile(taps, 0.5), unit: 'ms', beside: `${taps.length} 次` },
          { name: '点一下到画出 p98', value: quantile(taps, 0.98), unit: 'ms', aim: { atMost: 200 } },
          ...pages,
        ],
      }
    } finally {
      await phone.close()
      await bowtie.stop()
    }
  },
})

/** Customers of one member who opens their chats. */
async function chatsOf(bowtie: Started): Promise<Chat[]> {
  const { relations } = await bowtie.sandbox<{ relations: { userid: string; external_userid: string }[] }>('world')
  const chats: Chat[] = []
  for (const { external_userid } of relations.filter((one) => one.userid === userid).slice(0, 8)) {
    const { items } = await bowtie.api<{ items: { id: string }[] }>(
      'GET',
      `/api/leads?externalUserId=${external_userid}`,
    )
    if (items[0]) chats.push({ externalUserId: external_userid, leadId: items[0].id })
  }
  if (chats.length < 2) throw new Error('the sample company is not there')
  return chats
}

/** Milliseconds from when the client begins to open the page. */
interface Opening {
  paint: number
  name: number
}

/** In every frame: when the name of the customer stands there. */
const watch = `
if (window.parent !== window) {
  const painted = () => requestAnimationFrame(() => setTimeout(() => { window.named ??= performance.timeOrigin + performance.now() }))
  new MutationObserver(() => document.querySelector('.contact h1') && painted()).observe(document, { childList: true, subtree: true })
  window.taps = []
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (one.name === 'click') window.taps.push(one.duration) })
    .observe({ type: 'event', durationThreshold: 16 })
}`

/** What the client around the page does: opens it for a member, and answers the native calls of its JS-SDK, for which no phone goes online. */
const client = `
document.body.replaceChildren()
const frame = document.createElement('iframe')
Object.assign(document.body.style, { margin: '0' })
Object.assign(frame.style, { display: 'block', width: '390px', height: '844px', border: '0' })
addEventListener('message', async ({ source, origin, data }) => {
  if (typeof data?.jsapi === 'number') source.postMessage({ jsapi: data.jsapi, answer: await native(data.name, data.params, data.url) }, origin)
})
window.begin = (address) => {
  window.began = performance.timeOrigin + performance.now()
  frame.src = address
  document.body.append(frame)
}`

async function openSidebar(
  context: BrowserContext,
  bowtie: Started,
  chat: Chat,
): Promise<{ opening: Opening; frame: Frame; page: Page }> {
  const { page } = await openTab(context)
  await page.exposeFunction('native', (name: string, params: unknown, url: string) =>
    bowtie.sandbox('jsapi', { userid, entry: 'single_chat_tools', customer: chat.externalUserId, name, params, url }),
  )
  const person = encodeURIComponent(`staff:${userid}`)
  await context.addCookies([{ name: 'sandbox_person', value: person, url: bowtie.sandboxUrl }])
  // Anything small of the client's own: what stands there is taken away.
  await page.goto(`${bowtie.sandboxUrl}/page/base.css`)
  await page.evaluate(client)
  await page.evaluate(`begin('http://127.0.0.1:${bowtie.port}/sidebar')`)
  await page.frameLocator('iframe').locator('.contact h1').waitFor()
  const frame = await (await page.$('iframe'))?.contentFrame()
  if (!frame) throw new Error('the sidebar is not there')
  await frame.waitForFunction('window.named !== undefined')
  const began = await page.evaluate<number>('window.began')
  const [paint, name] = await frame.evaluate<[number, number]>(
    "[performance.timeOrigin + performance.getEntriesByName('first-paint')[0].startTime, window.named]",
  )
  return { opening: { paint: paint - began, name: name - began }, frame, page }
}

/** Every tab, the reasons of the score, a need: each tap waits until the last is painted. @returns milliseconds each, to 8 */
async function tapAround(frame: Frame): Promise<number[]> {
  await frame.page().waitForTimeout(1_500)
  for (const tap of ['记跟进', '动作', '资料', '发内容']) {
    await frame.getByRole('tab', { name: tap }).tap()
    await frame.page().waitForTimeout(250)
  }
  await frame.locator('.score').tap()
  await frame.locator('.chips .chip').nth(3).tap()
  await frame.page().waitForTimeout(500)
  const slowTaps = await frame.evaluate<number[]>('window.taps')
  // What took less than a frame is not told.
  return [...slowTaps, ...Array.from({ length: Math.max(0, 6 - slowTaps.length) }, () => 8)]
}

function openings(name: string, all: Opening[], aim: Opening): Figure[] {
  const of = (what: keyof Opening) =>
    quantile(
      all.map((one) => one[what]),
      0.5,
    )
  return [
    {
      name: `${name} 第一次画出`,
      value: of('paint'),
      unit: 'ms',
      aim: { atMost: aim.paint },
      beside: `${all.length} 次的中位数`,
    },
    { name: `${name} 认出是谁`, value: of('name'), unit: 'ms', aim: { atMost: aim.name } },
  ]
}

/** What the first view of a customer's page weighs, images left out, and when it is painted. */
async function customerPages(phone: Browser, bowtie: Started, chats: readonly Chat[]): Promise<Figure[]> {
  const link = await linkFor(bowtie, chats[0] as Chat)
  const context = await phone.newContext(phoneSize)
  const { page, cdp } = await openTab(context)
  const kinds = new Map<string, string>()
  let bytes = 0
  cdp.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (kinds.get(requestId) !== 'Image') bytes += encodedDataLength
  })
  await page.goto(link, { waitUntil: 'load' })
  const paint = await firstPaint(page)
  await context.close()
  return [
    { name: '客户页 第一屏', value: bytes / 1000, unit: 'kB', aim: { atMost: 50 } },
    { name: '客户页 第一次画出', value: paint, unit: 'ms', aim: { atMost: 1_500 }, beside: '从追踪链接算起' },
  ]
}

/** A tracked link as it goes to a customer. */
async function linkFor(bowtie: Started, { leadId }: Chat): Promise<string> {
  const { items } = await bowtie.api<{ items: { contentId: string }[] }>('GET', `/api/leads/${leadId}/suggestions`)
  for (const { contentId } of items) {
    const todo = await bowtie.api<object>('POST', `/api/leads/${leadId}/todos`, { contentId }, userid)
    const [link] = /http:\/\/[\w.:]+\/s\/\w+/.exec(JSON.stringify(todo)) ?? []
    if (link) return link
  }
  throw new Error('no piece has a page')
}

const firstPaint = (page: Page) =>
  page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
