import type { BrowserContext, Frame, Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { build } from '../../../build.mjs'
import { testBrowser } from '../../support/browser.ts'
import { testWorld, type World } from '../../support/world.ts'

let world: World
let customer: { external: string; id: string }
let context: BrowserContext
let page: Page
let faults: string[]

beforeAll(async () => {
  await build()
  world = await testWorld({ staff: { LiLei: ['sales'], WangMin: ['mdr'] } })
  const { house, sandbox, server } = world
  Object.assign(house.config, { publicUrl: server.url, contentUrl: server.url })
  sandbox.setAppUrl(server.url)
  const { external_userid: external } = await sandbox.customerScans({ name: '张三', userid: 'LiLei' })
  await world.settle()
  await world.pass(6_000)
  const [{ id }] = (await world.api('GET', `/api/leads?externalUserId=${external}`)).json.items
  customer = { external, id }
  const did = async (method: string, path: string, body: object, as: string) =>
    expect((await world.api(method, `/api/leads/${id}${path}`, body, as)).status).toBe(200)
  await did('PUT', '', { company: '宁波精工' }, 'WangMin')
  await did('POST', '/verdict', { verdict: 'mql', reason: 'clear-need' }, 'WangMin')
  await world.settle()
  await did('POST', '/accept', {}, 'LiLei')
  await did('POST', '/advance', { to: 'SQL' }, 'LiLei')
  await world.settle()
}, 120_000)

beforeEach(async () => {
  context = await (await testBrowser()).newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  faults = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.text().includes('status of 4')) faults.push(line.text())
  })
})
afterEach(async () => {
  await context.close()
  expect(faults).toEqual([])
})

/** The sandbox's window with a member's chat open; answers the sidebar beside it. */
async function openChat(userid = 'LiLei', name = '张三'): Promise<Frame> {
  await page.addInitScript(`sessionStorage.setItem('who', 'staff:${userid}')`)
  await page.goto(world.sandbox.url)
  await page.locator('.list-pane ul').nth(1).locator('.person', { hasText: name }).click()
  const frame = await (await page.locator('#toolbar iframe').elementHandle())?.contentFrame()
  if (!frame) throw new Error('no sidebar beside the chat')
  return frame
}

test('opens beside the chat knowing who it is, with no sign-in to be seen', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('heading', { name: '张三' }).waitFor()
  await sidebar.getByText('宁波精工').first().waitFor()
  await sidebar.getByText('负责人 我').waitFor()
  await sidebar.getByText('还没有打开过我们的内容').waitFor()
})

test('one tap sends the suggested piece into the chat, counted once, and it is not suggested again', async () => {
  const sidebar = await openChat()
  const first = sidebar.locator('.pieces li').first()
  const title = (await first.locator('b').textContent()) ?? ''
  await first.getByRole('button', { name: `发送：${title}` }).click()
  await sidebar.getByText('已发出').waitFor()
  await sidebar.locator('.pieces b', { hasText: title }).waitFor({ state: 'detached' })
  const said = world.sandbox.received(customer.external).filter(({ via }) => via === 'tool')
  expect(said).toHaveLength(2)
  expect(said[1]?.attachments).toEqual([expect.objectContaining({ msgtype: 'link' })])
  const messages = (await world.api('GET', `/api/messages?leadId=${customer.id}&state=sent`)).json.items
  expect(messages.filter(({ channel }: { channel: string }) => channel === 'one-tap')).toHaveLength(1)
})

test('what WeCom refuses is said in words, nothing is counted, and everything else still works', async () => {
  await world.sandbox.setFaults({ jsapi: [{ name: 'sendChatMessage', words: 'fail no permission' }] })
  const sidebar = await openChat()
  await sidebar.locator('.pieces li').first().getByRole('button', { name: /^发送/ }).click()
  await sidebar.getByText('没有权限：管理后台').waitFor()
  const open = (await world.api('GET', `/api/todos?leadId=${customer.id}`)).json.items
  expect(open).toEqual([])
  await world.sandbox.setFaults({ jsapi: [{ name: 'agentConfig', words: 'fail, invalid signature(40093)' }] })
  await page.reload()
  const refused = await openChat()
  await refused.getByText('企业微信没有告诉我们对方是谁').waitFor()
  await refused.getByRole('searchbox').fill('张三')
  await refused.getByRole('button', { name: '张三' }).click()
  await refused.getByRole('heading', { name: '张三' }).waitFor()
  await world.sandbox.setFaults({ jsapi: [] })
})

test('a demo is recorded in a few taps, with a next step that becomes a task', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('tab', { name: '记跟进' }).click()
  await sidebar.getByRole('button', { name: '演示反馈' }).click()
  await sidebar.getByText('还差：谁在场').waitFor()
  for (const tap of ['采购', '是', '基本走通', '报价'])
    await sidebar.getByRole('button', { name: tap, exact: true }).click()
  await sidebar.getByRole('textbox', { name: '下一步' }).fill('发报价单')
  await sidebar.getByRole('button', { name: '三天后' }).click()
  await sidebar.getByRole('button', { name: '记下' }).click()
  await sidebar.getByText(/^已记下/).waitFor()
  const tasks = (await world.api('GET', `/api/tasks?leadId=${customer.id}`)).json.items
  expect(tasks).toEqual([expect.objectContaining({ text: '发报价单', owner: 'LiLei' })])
})

test('a stage moves, a tag is put on, and he goes back to nurture with a reason, all from the chat', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('tab', { name: '动作' }).click()
  await sidebar.getByRole('button', { name: '加标签' }).click()
  await sidebar.getByRole('button', { name: '降本', exact: true }).click()
  await sidebar.locator('.chip.worn', { hasText: '降本' }).waitFor()
  await sidebar.getByRole('button', { name: '转为商机' }).click()
  await sidebar.getByText('已转为商机').waitFor()
  await sidebar.getByRole('button', { name: '退回培育' }).first().click()
  await sidebar.getByRole('button', { name: '没有预算' }).click()
  await sidebar.locator('form').getByRole('button', { name: '退回培育' }).click()
  await sidebar.getByText('已退回培育').waitFor()
  const lead = (await world.api('GET', `/api/leads/${customer.id}`)).json
  expect(lead).toMatchObject({ stage: 'MAL', desk: 'nurture', recycleCount: 1 })
})

test('outside WeCom it says where to open it, and does not break on a hostile name', async () => {
  await world.house.db.query(`UPDATE leads SET name = '<img src=x onerror="alert(1)">' WHERE id = $1`, [customer.id])
  await page.setViewportSize({ width: 360, height: 740 })
  await context.addCookies([{ name: 'sandbox_person', value: 'staff%3ALiLei', url: world.sandbox.url }])
  await page.goto(`${world.server.url}/sidebar`)
  await page.getByText('请在企业微信里打开').waitFor()
  await page.goto(`${world.server.url}/sidebar?lead=${customer.id}`)
  await page.getByRole('heading', { name: '<img' }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')).toBe(false)
})
