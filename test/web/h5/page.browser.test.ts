import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBrowser } from '../../support/browser.ts'
import { openForReaders } from '../../support/reading.ts'
import { testWorld, type World } from '../../support/world.ts'

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50'
const contentId = 'case-ningbo-quote-days'
let world: World
let browser: Browser
let external = ''
let leadId = ''
let link = ''
const contexts: BrowserContext[] = []
const faults: string[] = []

beforeAll(async () => {
  world = await testWorld()
  openForReaders(world)
  world.house.config.sandboxUrl = world.sandbox.url
  browser = await testBrowser()
  external = (await world.sandbox.customerScans({ name: '张三', userid: 'LiLei' })).external_userid
  await world.settle()
  await world.pass(6_000)
  leadId = (await world.api('GET', `/api/leads?externalUserId=${external}`)).json.items[0].id
  await world.api('POST', `/api/leads/${leadId}/messages`, { contentId }, 'LiLei')
  await world.settle()
  const [row] = await world.house.db.query<{ link: string }>('SELECT link FROM messages WHERE content_id = $1', [
    contentId,
  ])
  link = `${world.server.url}/s/${row?.link}`
})
afterAll(async () => {
  for (const context of contexts) await context.close()
  expect(faults).toEqual([])
})

/** A phone of its own: WeChat on it when `userAgent` says so. */
const phone = async (
  size: { width: number; height: number },
  options: { userAgent?: string; colorScheme?: 'light' | 'dark'; javaScriptEnabled?: boolean } = {},
): Promise<Page> => {
  const context = await browser.newContext({ viewport: size, ...options })
  contexts.push(context)
  const page = await context.newPage()
  page.setDefaultTimeout(8_000)
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => {
    if (/Content Security Policy/i.test(line.text())) faults.push(line.text())
  })
  return page
}
/** Opens the link on the sandbox's phone, as its page does. */
const openAs = (page: Page, person: string) =>
  page.goto(`${world.sandbox.url}/sandbox/open?${new URLSearchParams({ person, url: link })}`, {
    referer: `${world.sandbox.url}/`,
  })
const visits = async () => (await world.api('GET', `/api/leads/${leadId}/visits`)).json.items
const until = async (what: () => Promise<boolean>) => {
  for (let look = 0; look < 100; look++) {
    if (await what()) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it did not come about')
}
/** Relative luminance, WCAG 2. */
const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).slice(0, 3).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
/** SHOTS=folder keeps pictures to look at. */
const shots = process.env.SHOTS
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

for (const [name, size] of Object.entries({
  'the smallest phone': { width: 320, height: 568 },
  'a phone': { width: 390, height: 844 },
  'a desk': { width: 1440, height: 900 },
}))
  test(`on ${name} everything is in sight: nothing wider than the screen, nothing too small to press`, async () => {
    const page = await phone(size)
    await page.goto(link)
    await page.locator('h1', { hasText: '宁波精工' }).waitFor()
    for (const details of await page.locator('.ask details summary').all()) await details.click()
    await shoot(page, `article-${size.width}`)
    const wide = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(await wide()).toBe(0)
    for (const button of await page.locator('button, summary').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    const smallest = await page.evaluate(
      "Math.min(...[...document.querySelectorAll('input:not([type=checkbox]):not([type=hidden]), textarea')].map((one) => parseFloat(getComputedStyle(one).fontSize)))",
    )
    expect(smallest).toBeGreaterThanOrEqual(16)
    expect(await page.locator('footer').last().textContent()).toContain('停止接收')
    expect(await page.title()).toContain('宁波精工')
    // WeChat's largest letters, as its setting makes them.
    await page.evaluate(
      "[...document.querySelectorAll('body *')].map((one) => [one, parseFloat(getComputedStyle(one).fontSize)]).forEach(([one, size]) => { one.style.fontSize = size * 1.6 + 'px' })",
    )
    expect(await wide()).toBe(0)
    await shoot(page, `article-${size.width}-large`)
    expect(await page.locator('meta[name=description]').getAttribute('content')).toContain('2 分钟看完')
  })

test('the first view weighs less than 50 kB and is one request', async () => {
  const page = await phone({ width: 390, height: 844 }, { userAgent: iphone })
  const sizes: number[] = []
  page.on('response', (response) => {
    if (response.url().startsWith(world.server.url) && response.ok())
      sizes.push(Number(response.headers()['content-length'] ?? Number.POSITIVE_INFINITY))
  })
  await page.goto(link.replace('/s/', '/c/p/').concat('?w=1795053600'))
  await page.waitForLoadState('networkidle')
  const weight = sizes.filter((size) => size > 0)
  expect(weight).toHaveLength(1)
  expect(weight[0]).toBeLessThan(50_000)
})

test('in the dark it is dark, and the words stand out from the ground', async () => {
  const page = await phone({ width: 390, height: 844 }, { colorScheme: 'dark' })
  await page.goto(link)
  await shoot(page, 'article-dark')
  const colors = await page.evaluate<string[]>(
    "[[document.body, 'backgroundColor'], ...['p', '.meta', '.ask b', '.plain'].map((one) => [document.querySelector(one), 'color'])].map(([one, what]) => getComputedStyle(one)[what])",
  )
  const [ground = 0, ...shades] = colors.map(luminance)
  expect(ground).toBeLessThan(0.05)
  expect(shades).toHaveLength(4)
  for (const shade of shades) expect((shade + 0.05) / (ground + 0.05)).toBeGreaterThan(4.5)
})

test('a page the browser fetched ahead of time asks for itself again when it is seen, and is one visit', async () => {
  const page = await phone({ width: 390, height: 844 })
  const unknown = async () =>
    (await world.house.db.query('SELECT 1 FROM visits WHERE visitor_id IS NULL AND link = $1', [link.slice(-12)]))
      .length
  const before = await unknown()
  let asked = 0
  await page.route(/\/c\/p\//, (route) =>
    route.continue(asked++ === 0 ? { headers: { ...route.request().headers(), purpose: 'prefetch' } } : {}),
  )
  await page.goto(link.replace('/s/', '/c/p/'))
  await until(async () => (await unknown()) > before)
  expect([asked, (await unknown()) - before, new URL(page.url()).search]).toEqual([2, 1, ''])
})

test('what is read in WeChat is told as it happens: opened, how far, what he looked at', async () => {
  const page = await phone({ width: 390, height: 700 }, { userAgent: iphone })
  await openAs(page, `customer:${external}`)
  await page.locator('h1').waitFor()
  // The address he would pass on: nothing of the way by WeCom is left in it.
  await page.waitForURL(/\/c\/p\/\w{12}\?f=\w{12}$/)
  await until(async () => (await visits()).length === 1)
  await page.locator('summary', { hasText: '我有问题' }).click()
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
  await until(async () => (await visits())[0]?.acts.includes('ask'))
  // Back from a page he went on to, as WeChat gives it back: what was pressed may be pressed again.
  const button = page.locator('form.one button')
  await button.evaluate((one) => Object.assign(one, { disabled: true }))
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
  expect(await button.isEnabled()).toBe(true)
  await page.goto('about:blank')
  await until(async () => (await visits())[0]?.depth === 100)
})

test('on the sandbox’s own phone a newcomer’s browser is whoever he chose to be', async () => {
  const page = await phone({ width: 390, height: 844 })
  const before = (await visits()).length
  await openAs(page, `customer:${external}`)
  await page.locator('form.one button', { hasText: '预约演示' }).waitFor()
  await until(async () => (await visits()).length === before + 1)
  await shoot(page, 'article-known')
  await openAs(page, 'stranger:oBrowser')
  await page.locator('summary', { hasText: '预约演示' }).waitFor()
  expect((await visits()).length).toBe(before + 1)
})

test('a customer asks for a demo with one tap and reads when we call; a stranger is asked for no more than he must say', async () => {
  const page = await phone({ width: 390, height: 844 })
  await openAs(page, `customer:${external}`)
  await page.locator('form.one button', { hasText: '预约演示' }).click()
  await page.locator('h1', { hasText: '收到' }).waitFor()
  await shoot(page, 'asked')
  await openAs(page, 'stranger:oBrowser')
  const form = page.locator('details', { hasText: '我有问题' })
  await form.locator('summary').click()
  await form.locator('textarea').fill('能对接用友吗')
  await form.locator('input[name=name]').fill('王五')
  await form.locator('input[name=mobile]').fill('123')
  await form.locator('input[type=checkbox]').check()
  await form.locator('button.do').click()
  await page.locator('.fault', { hasText: '手机号好像不对' }).waitFor()
  expect(await page.locator('details[open] textarea').inputValue()).toBe('能对接用友吗')
  await shoot(page, 'fault')
  await page.locator('details[open] input[name=mobile]').fill('138 0000 5678')
  await page.locator('details[open] input[type=checkbox]').check()
  await page.locator('details[open] button.do').click()
  await page.locator('a', { hasText: '加顾问微信' }).waitFor()
  await shoot(page, 'asked-stranger')
})

test('a poster to pass on is drawn on the phone, and its code leads to this page with the name of who passes it on', async () => {
  const page = await phone({ width: 390, height: 844 }, { userAgent: iphone })
  await openAs(page, `customer:${external}`)
  const button = page.getByRole('button', { name: '生成海报' })
  expect(await button.getAttribute('data-poster')).toMatch(/^\/c\/qr\/[0-9A-Za-z]{12}\?f=[0-9A-Za-z]{12}$/)
  await button.click()
  const poster = page.getByRole('img', { name: /^海报：/ })
  await poster.waitFor()
  const shape = "(({ naturalWidth, naturalHeight }) => naturalHeight / naturalWidth)(document.querySelector('.poster'))"
  expect(await page.evaluate(shape)).toBeGreaterThan(0.7)
  await poster.scrollIntoViewIfNeeded()
  await shoot(page, 'poster')
})

test('without a script one can read, ask and stop', async () => {
  const page = await phone({ width: 320, height: 568 }, { javaScriptEnabled: false })
  await openAs(page, `customer:${external}`)
  await page.locator('a', { hasText: '接收设置' }).click()
  await page.locator('button', { hasText: '歇 30 天' }).click()
  await page.locator('[role=status]', { hasText: '之前不给您发资料' }).waitFor()
  await page.getByRole('checkbox', { name: '降本', exact: true }).uncheck()
  await page.getByRole('button', { name: '保存' }).click()
  expect(await page.getByRole('checkbox', { name: '降本', exact: true }).isChecked()).toBe(false)
  expect(await page.getByRole('checkbox', { name: '提效', exact: true }).isChecked()).toBe(true)
  await shoot(page, 'prefs')
  await openAs(page, `customer:${external}`)
  await page.locator('button', { hasText: '停止接收' }).click()
  await page.locator('h1', { hasText: '已经停止' }).waitFor()
  await shoot(page, 'stopped')
  await page.locator('button', { hasText: '点错了' }).click()
  await page.locator('[role=status]', { hasText: '有适合您的资料时' }).waitFor()
})
