import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { build } from '../../build.mjs'
import { testBrowser } from '../support/browser.ts'
import { openForReaders } from '../support/reading.ts'
import { testWorld, type World } from '../support/world.ts'

let world: World
let context: BrowserContext
/** The sandbox's window: one is whoever one chooses to be. */
let page: Page
const faults: string[] = []

beforeAll(async () => {
  await build()
  world = await testWorld()
  openForReaders(world)
  world.sandbox.setAppUrl(world.server.url)
  await world.api('POST', '/api/live-codes', {
    name: '宁波工博会',
    staff: ['LiLei'],
    source: { channel: '展会', campaign: '宁波工博会' },
  })
}, 120_000)
beforeEach(async () => {
  context = await (await testBrowser()).newContext({
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1280, height: 860 },
  })
  page = await context.newPage()
  page.setDefaultTimeout(10_000)
  context.on('weberror', (fault) => faults.push(fault.error().message))
  return () => context.close()
})

/** SHOTS=folder keeps a picture of every step to look at. */
const shots = process.env.SHOTS
let step = 0
async function shoot(name: string, of: Page = page) {
  step += 1
  if (shots) await of.screenshot({ path: `${shots}/story-${String(step).padStart(2, '0')}-${name}.png` })
}
const be = (name: string) => page.locator('#people .person', { hasText: name }).first().click()
const open = (name: string) => page.locator(`.list-pane .person:has(b:text-is("${name}"))`).first().click()
async function say(text: string) {
  await page.locator('.talk-foot input').fill(text)
  await page.locator('.talk-foot input').press('Enter')
}
const bubble = (text: string | RegExp) => page.locator('.bubble', { hasText: text }).last()
const sidebar = () => page.frameLocator('#toolbar iframe')

it('a customer scans, reads at night, asks the price and is answered; his rep sees all of it beside the chat, and acts there', async () => {
  await page.goto(world.sandbox.url)
  await page.locator('#phone button', { hasText: '新客户' }).click()
  await page.locator('.code', { hasText: '宁波工博会' }).click()
  await page.locator('.talk-head', { hasText: '李雷' }).waitFor()
  await world.settle()
  await bubble(/云帆|您好/).waitFor()
  await shoot('welcome')
  const name = (await page.locator('.list-pane .who b').textContent()) ?? ''
  await world.pass(6_000)

  // The MDR's part is told elsewhere; what he decides is a card on the rep's phone.
  const [{ id }] = (await world.api('GET', '/api/review-queue', undefined, 'WangMin')).json.items
  await world.api('POST', `/api/leads/${id}/verdict`, { verdict: 'mql', reason: 'clear-need' }, 'WangMin')
  await world.settle()
  await be('李雷')
  await page.locator('.card button', { hasText: '接受' }).click()
  await page.locator('.card button:disabled').first().waitFor()
  await world.settle()
  await shoot('offer')

  await open(name)
  const piece = sidebar().locator('.pieces li').first()
  const title = (await piece.locator('b').textContent()) ?? ''
  await piece.getByRole('button', { name: /^发送/ }).click()
  await sidebar().getByText('已发出').waitFor()
  await shoot('one-tap')

  world.clock.set(new Date('2026-11-19T14:30:00Z'))
  await be(name)
  await open('李雷')
  const popup = context.waitForEvent('page')
  await bubble(title).locator('a').last().click()
  const reading = await popup
  await reading.locator('h1', { hasText: title }).waitFor()
  const told = reading.waitForRequest(/\/c\/t$/)
  await reading.mouse.wheel(0, 4_000)
  await told
  await shoot('reads-at-night', reading)
  await reading.close()
  await world.settle()

  await be('李雷')
  await open(name)
  await sidebar().getByText(`读《${title}》`).first().waitFor()
  await shoot('seen-live')
  await sidebar().getByRole('tab', { name: '记跟进' }).click()
  await sidebar().getByRole('button', { name: '演示反馈' }).click()
  for (const tap of ['采购', '是', '基本走通', '报价'])
    await sidebar().getByRole('button', { name: tap, exact: true }).click()
  await shoot('demo')
  await sidebar().getByRole('button', { name: '记下', exact: true }).click()
  await sidebar()
    .getByText(/^已记下/)
    .waitFor()

  world.clock.set(new Date('2026-11-20T02:00:00Z'))
  await world.settle()
  await be(name)
  await open('云帆售前客服')
  await world.settle()
  await say('你们多少钱')
  await bubble('你们多少钱').waitFor()
  await world.pass(8_000)
  await bubble(/报价|价格|同事|顾问/).waitFor()
  await say('人工')
  await world.pass(8_000)
  await bubble(/李雷|同事/).waitFor()
  await shoot('handed-over')

  await be('李雷')
  await open(name)
  await sidebar().getByText('您答应了回他').waitFor()
  await shoot('promised')
  await sidebar().getByRole('button', { name: '已经回过了' }).click()
  await sidebar().getByText('您答应了回他').waitFor({ state: 'detached' })
  await world.settle()
  await sidebar().getByRole('tab', { name: '动作' }).click()
  await sidebar().getByRole('button', { name: '转为 SQL' }).click()
  await sidebar().getByText('已转为 SQL').waitFor()
  await shoot('moved-on')
  await sidebar().getByRole('button', { name: '退回培育' }).first().click()
  await sidebar().getByRole('button', { name: '没有预算' }).click()
  await sidebar().locator('form').getByRole('button', { name: '退回培育' }).click()
  await sidebar().getByText('已退回培育').waitFor()
  await sidebar().locator('.stage', { hasText: 'MAL' }).waitFor()
  await shoot('returned')

  const lead = (await world.api('GET', `/api/leads/${id}`)).json
  expect(lead).toMatchObject({ stage: 'MAL', desk: 'nurture', owner: null, recycleCount: 1 })
  const stages = await world.house.db.query<{ to: string }>(
    'SELECT to_stage AS to FROM stage_changes WHERE lead_id = $1 ORDER BY seq',
    [id],
  )
  expect(stages.map(({ to }) => to)).toEqual(expect.arrayContaining(['MQL', 'SQL']))
  expect(faults).toEqual([])
}, 120_000)
