import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPage, signIn, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testConsole(house, {
    WangMin: ['王敏', 'mdr'],
    LiLei: ['李雷', 'sales'],
    SunLi: ['孙丽', 'admin'],
  })
})

beforeEach(async () => {
  page = await openPage(server.url)
})

describe('a lead’s page', () => {
  it('lets the rep accept, advance and give back, each with its reason', async () => {
    const id = await newLead('张三')
    await server.call('POST', `/api/leads/${id}/verdict`, { verdict: 'mql', reason: 'clear-need' }, { as: 'WangMin' })
    await signIn(page, server.url, 'LiLei')
    await page.goto(`${server.url}/console/leads/${id}`)
    await page.getByText('派给李雷，等他答复').waitFor()
    await press('接下')
    await page.getByText('李雷已接单').waitFor()
    await press('打标签')
    await page.getByRole('combobox', { name: '选标签' }).waitFor()
    await press('打标签')
    await press('转为 SQL')
    await page.getByRole('button', { name: '转为商机' }).waitFor()
    await press('退回培育')
    const dialog = page.getByRole('dialog', { name: '退回培育：为什么？' })
    expect(await dialog.getByRole('button', { name: '退回培育' }).isDisabled()).toBe(true)
    await dialog.getByRole('button', { name: '没有预算' }).click()
    await dialog.getByRole('button', { name: '退回培育' }).click()
    await page.getByText('这条线索不在您这里').waitFor()
    const { json } = await server.call('GET', `/api/leads/${id}`)
    expect(json).toMatchObject({ stage: 'MAL', desk: 'nurture', recycleCount: 1 })
    const brief = await server.call('GET', `/api/leads/${id}/brief`)
    expect(brief.json.path[0]).toMatchObject({ edge: 'return', actor: 'LiLei', reason: 'no-budget' })
  })

  it('shows word for word what would be sent, or why it may not', async () => {
    const id = await newLead('李四')
    await signIn(page, server.url, 'WangMin')
    await page.goto(`${server.url}/console/leads/${id}`)
    await page.getByRole('button', { name: '自己写一段' }).click()
    await page.getByPlaceholder('写给客户的话').fill('您好，<b>报价</b>周期的资料整理好了。')
    await press('发给客户')
    const dialog = page.getByRole('dialog', { name: '发出前请看一眼' })
    await dialog.getByText('您好，<b>报价</b>周期的资料整理好了。', { exact: true }).waitFor()
    await dialog.getByText('李四').first().waitFor()
    await dialog.locator('.message-fate-bad').waitFor()
    expect(await dialog.getByRole('button', { name: '发出', exact: true }).isDisabled()).toBe(true)
    expect(await house.db.query('SELECT 1 FROM messages WHERE lead_id = $1', [id])).toEqual([])
  })

  it('is worked on in one place: a record with its next step, a tag and who put it, a merge looked at first and undone', async () => {
    const id = await newLead('<b>赵六</b>')
    const twin = await newLead('赵六六')
    await server.call('POST', `/api/leads/${twin}/tags`, { put: [{ group: '需求', name: '降本' }] })
    await server.call('POST', '/api/tasks', { leadId: id, text: '回电话', dueAt: '2020-01-01T00:00:00Z' })
    await signIn(page, server.url, 'WangMin')
    await page.goto(`${server.url}/console/leads/${id}`)
    await page
      .getByRole('region', { name: '现在做什么' })
      .getByText(/待办过期 .*：回电话/)
      .waitFor()
    await press('办好了')
    await page.getByText('没有要做的事。').waitFor()
    await page.getByPlaceholder('自己写一段').first().fill('聊了报价 <script>alert(1)</script>')
    await page.getByPlaceholder('下一步（会成为待办）').fill('发报价')
    await press('一周后')
    await press('记下来')
    await page.getByText('跟进已记下').waitFor()
    await page.locator('.task', { hasText: '发报价' }).waitFor()
    await page.locator('.timeline-line', { hasText: '跟进记录' }).getByText('<script>').waitFor()
    await page.getByText('阶段', { exact: true }).click()
    await page.locator('.timeline-line', { hasText: '跟进记录' }).waitFor({ state: 'detached' })
    await press('并入另一条线索')
    const dialog = page.getByRole('dialog', { name: '并入另一条线索' })
    await dialog.getByRole('textbox').fill('赵六六')
    await dialog.locator('.merge-choice button').click()
    await dialog.getByText('一起带过来：').waitFor()
    await dialog.getByRole('button', { name: '合并', exact: true }).click()
    await press('降本：谁打的')
    await page.getByText(/接口 .*打上/).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.toast').getByRole('button', { name: '拆开' }).click()
    await page.getByText('已拆开').waitFor()
    expect((await server.call('GET', `/api/leads/${id}/merges`)).json.items).toEqual([])
  })

  it('records an opt-out at once, for everybody', async () => {
    const id = await newLead('王五')
    await signIn(page, server.url, 'WangMin')
    await page.goto(`${server.url}/console/leads/${id}`)
    await page.getByRole('switch', { name: '接收营销内容' }).click()
    await page.getByText('已退订，立即生效').waitFor()
    await page.locator('.timeline-line', { hasText: '退订营销内容' }).waitFor()
    expect((await server.call('GET', `/api/leads/${id}`)).json.marketing).toBe('denied')
  })
})

describe('operations', () => {
  it('pulls the plug only after saying what that stops, and every page tells', async () => {
    await signIn(page, server.url, 'SunLi')
    await page.goto(`${server.url}/console/messages`)
    await press('全部停发')
    await page.getByRole('dialog').getByText('收不回来').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: '全部停发' }).click()
    await page.getByRole('heading', { name: '已全部停发' }).waitFor()
    expect((await server.call('GET', '/api/outgoing')).json.paused).toBe(true)
    await page.goto(`${server.url}/console/leads`)
    await page.getByRole('link', { name: '已全部停发' }).click()
    await press('恢复发送')
    await page.getByRole('dialog').getByRole('button', { name: '恢复发送' }).click()
    await page.getByRole('heading', { name: '正在对外发送' }).waitFor()
    expect((await server.call('GET', '/api/outgoing')).json.paused).toBe(false)
  })

  it('sends whoever has no session to the door, and back to where he was going', async () => {
    await page.goto(`${server.url}/console/leads?stage=MAL`)
    await page.getByRole('button', { name: '以孙丽的身份进入' }).click()
    await page.waitForURL('**/console/leads?stage=MAL')
    await page.getByRole('button', { name: '我的账户: 孙丽' }).click()
    await press('退出登录')
    await page.getByText('您今天是谁？').waitFor()
    await page.goto(`${server.url}/console/leads`)
    await page.getByText('您今天是谁？').waitFor()
  })
})

async function newLead(name: string): Promise<string> {
  const { json, status } = await server.call('POST', '/api/leads', { name, company: '宁波精工' })
  expect(status).toBe(201)
  return json.id
}

const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
