import type { Frame, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { build } from '../../../build.mjs'
import { openPage, slidesSideways } from '../../support/console.ts'
import { testWorld, type World } from '../../support/world.ts'

let world: World
let customer: { external: string; id: string }
let page: Page

beforeAll(async () => {
  await build()
  world = await testWorld({
    staff: { LiLei: ['sales'], WangMin: ['mdr'], HanMeimei: ['sales'], ChenJing: ['manager'] },
  })
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
  page = await openPage(world.server.url)
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

/** What reached him from the sidebar that holds these words. */
const said = (words: string) =>
  world.sandbox.received(customer.external).filter(({ via, text }) => via === 'tool' && text?.includes(words))

test('opens beside the chat knowing who it is, with no sign-in to be seen', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('heading', { name: '张三' }).waitFor()
  await sidebar.getByText('宁波精工').first().waitFor()
  await sidebar.getByText('负责人 我').waitFor()
  await sidebar.getByText('还没有阅读记录').waitFor()
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

test('a phrase is found by the first letters of its pinyin, filled in, and sent as often as he likes', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('button', { name: '话术' }).click()
  await sidebar.getByRole('searchbox').fill('bjz')
  await sidebar.locator('.pieces b', { hasText: '报价之前先问清楚' }).waitFor()
  expect(await sidebar.locator('.pieces b').allTextContents()).toEqual(['报价之前先问清楚'])
  for (let times = 1; times <= 2; times++) {
    await sidebar.getByRole('button', { name: '发送：报价之前先问清楚' }).click()
    await expect.poll(() => said('宁波精工大概是多少').length).toBe(times)
  }
})

test('what touches a rule that warns is said before it goes, and goes only when he says so', async () => {
  const rules = (await world.house.playbook.current()).playbook.redLineRules
  const warns = {
    id: 'promise',
    name: '提到工期',
    effect: 'warn',
    purposes: ['answer'],
    words: ['半小时'],
    when: { all: [] },
  } as const
  await world.house.playbook.change({ redLineRules: [...rules, warns] }, 'test')
  const sidebar = await openChat()
  await sidebar.getByRole('button', { name: '话术' }).click()
  const demo = sidebar.getByRole('button', { name: '发送：约演示' })
  await demo.click()
  const warning = sidebar.getByRole('alertdialog')
  await warning.getByText('提到工期').waitFor()
  expect(said('拿您手上一张真实的单子')).toHaveLength(0)
  await warning.getByRole('button', { name: '先不发' }).click()
  await demo.click()
  await warning.getByRole('button', { name: '仍然发送' }).click()
  await expect.poll(() => said('拿您手上一张真实的单子').length).toBe(1)
  await world.house.playbook.change({ redLineRules: rules }, 'test')
})

test('a meeting is booked and confirmed in the chat; a colleague is asked, answers beside the lead, and sees no more of it after', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('tab', { name: '动作' }).click()
  await sidebar.getByRole('button', { name: '约见面' }).click()
  await sidebar.getByLabel('哪一天').fill('2027-01-20')
  await sidebar.getByLabel('什么事，例如：产品演示').fill('产品演示')
  await sidebar.getByRole('button', { name: '记下并发给他' }).click()
  await expect.poll(() => said('产品演示').length).toBe(1)
  await sidebar.getByRole('button', { name: '请同事帮忙' }).click()
  await sidebar.getByLabel('问谁').selectOption('HanMeimei')
  await sidebar.getByLabel('想问什么，例如：这个价能不能给').fill('能给九折吗')
  await sidebar.getByRole('button', { name: '请他帮忙' }).click()
  await sidebar.getByText('已经问了').waitFor()
  const tasks = (await world.api('GET', `/api/tasks?leadId=${customer.id}`)).json.items
  expect(tasks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ source: 'meeting', owner: 'LiLei' }),
      expect.objectContaining({ source: 'help', owner: 'HanMeimei', text: '能给九折吗' }),
    ]),
  )
  const context = page.context()
  await context.addCookies([{ name: 'sandbox_person', value: 'staff%3AHanMeimei', url: world.sandbox.url }])
  await context.clearCookies({ name: 'sidebar-sid' })
  await page.goto(`${world.server.url}/sidebar?lead=${customer.id}&page=help`)
  await page.getByText('李雷 请您帮忙').waitFor()
  await page.getByLabel('回复').fill('最多九五折')
  await page.getByRole('button', { name: '回复' }).click()
  await page.getByText('已回复').waitFor()
  expect((await world.api('GET', `/api/leads/${customer.id}`, undefined, 'HanMeimei')).status).toBe(403)
  await world.settle()
  const told = await world.api('GET', `/api/messages?leadId=${customer.id}`)
  expect(JSON.stringify(told.json)).toContain('最多九五折')
})

test('a remark goes back to WeCom; what was changed there meanwhile is shown, not overwritten', async () => {
  const relation = world.sandbox.world.relations.find(({ userid }) => userid === 'LiLei')
  const sidebar = await openChat()
  await sidebar.getByRole('tab', { name: '资料' }).click()
  await sidebar.getByRole('button', { name: '改企业微信备注' }).click()
  await sidebar.getByLabel('备注名').fill('张三·宁波')
  if (relation) relation.remark = '手机上改的'
  await sidebar.getByRole('button', { name: '存到企业微信' }).click()
  await sidebar.getByText('手机上改的').waitFor()
  expect(relation?.remark).toBe('手机上改的')
  await sidebar.getByRole('button', { name: '仍用我的' }).click()
  await sidebar.getByRole('button', { name: '存到企业微信' }).click()
  await sidebar.getByText('已存到企业微信').waitFor()
  expect(relation?.remark).toBe('张三·宁波')
})

test('he is introduced to a colleague with what is left of the budget before one’s eyes; the brief stands in his profile', async () => {
  const sidebar = await openChat()
  await sidebar.getByRole('tab', { name: '动作' }).click()
  await sidebar.getByRole('button', { name: '交给同事…' }).click()
  await sidebar.getByLabel('交给谁').selectOption('HanMeimei')
  await sidebar.getByText('还剩 2 次').waitFor()
  await sidebar.getByRole('button', { name: '介绍同事' }).click()
  await sidebar.getByLabel('交代几句').fill('答应周五给报价')
  await sidebar.getByRole('button', { name: '介绍', exact: true }).click()
  await sidebar.getByText('李雷 → 韩梅梅，进行中').waitFor()
  expect(said('韩梅梅').at(-1)?.text).toContain('/qr/')
  await sidebar.getByRole('tab', { name: '资料' }).click()
  await sidebar.getByText('答应周五给报价').waitFor()
})

test('in a group it says who is known and who is not; from a profile nothing can be sent', async () => {
  const { external_userid: stranger } = await world.sandbox.createCustomer({ name: '路人' })
  await world.sandbox.createGroupChat({ owner: 'LiLei', name: '精工交流群', customers: [customer.external, stranger] })
  await openChat()
  const door = (name: string) => page.getByLabel('从哪里打开').selectOption({ label: name })
  const sidebar = page.frameLocator('#toolbar iframe')
  await door('客户群：精工交流群')
  await sidebar.getByText('认识 1 位，不认识 1 位，同事 1 位').waitFor()
  await sidebar.getByText('路人').waitFor()
  await sidebar.getByLabel(/群里谈了什么/).fill('大家都问交期')
  await sidebar.getByRole('button', { name: '记下' }).click()
  await sidebar.getByText('已记到 1 位客户身上').waitFor()
  const [group] = world.sandbox.world.groupChats
  const note = { text: '大家都问交期', leadIds: [customer.id] }
  await world.api('POST', `/api/group-chats/${group?.chat_id}/notes`, note, 'LiLei')
  const notes = await world.house.db.query("SELECT 1 FROM notes WHERE body LIKE '%大家都问交期'")
  expect(notes).toHaveLength(1)
  await door('客户资料页')
  await sidebar.getByText('在聊天侧边栏里打开，就能一键发送').waitFor()
  await sidebar.getByRole('tab', { name: '记跟进' }).click()
  await sidebar.getByRole('button', { name: '说一段，转成文字' }).click()
  await sidebar.getByRole('button', { name: '正在听，点一下说完' }).click()
  await expect.poll(() => sidebar.getByLabel('用自己的话记一笔').inputValue()).toContain('先要一份报价单')
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
  await page.context().addCookies([{ name: 'sandbox_person', value: 'staff%3ALiLei', url: world.sandbox.url }])
  await page.goto(`${world.server.url}/sidebar`)
  await page.getByText('请在企业微信里打开').waitFor()
  await page.goto(`${world.server.url}/sidebar?lead=${customer.id}`)
  await page.getByRole('heading', { name: '<img' }).waitFor()
  expect(await slidesSideways(page)).toBe(false)
})
