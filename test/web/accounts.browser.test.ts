import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { keepUp } from '../support/accounts.ts'
import { openPage, slidesSideways, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import { befriend } from '../support/people.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testConsole(house, { WangMin: ['王敏', 'mdr'], LiLei: ['李雷', 'sales'] })
})
beforeEach(async () => {
  page = await openPage(server.url)
})

it('a rep finds his customer’s company, says who decides, ticks what was shown and takes the deal on', async () => {
  const { json: lead } = await server.call('POST', '/api/leads', {
    name: '张三',
    company: '宁波精工有限公司',
    title: '总经理',
  })
  await server.call(
    'POST',
    `/api/leads/${lead.id}/verdict`,
    { verdict: 'mql', reason: 'clear-need' },
    { as: 'WangMin' },
  )
  for (const [path, body] of [
    ['accept', {}],
    ['advance', { to: 'SQL' }],
    ['advance', { to: 'OPPORTUNITY', opportunity: { amount: 12_000_000 } }],
  ] as const)
    expect((await server.call('POST', `/api/leads/${lead.id}/${path}`, body, { as: 'LiLei' })).status).toBe(200)
  await befriend(house, lead.id, 'LiLei', 'wm-zhang')
  await keepUp(house)
  await page.goto(`${server.url}/console/`)
  await page.getByRole('button', { name: '以李雷的身份进入' }).click()
  await page.getByRole('link', { name: '公司', exact: true }).click()
  await page.getByText('1 · 120,000 元').waitFor()
  await page.getByRole('link', { name: '宁波精工有限公司' }).click()
  await page.locator('.map text', { hasText: '李雷' }).waitFor()
  const next = page.getByRole('button', { name: '进入「方案与演示」' })
  expect(await next.isDisabled()).toBe(true)
  await page.getByRole('checkbox', { name: '客户说清了要解决的问题和现在的数' }).click()
  await page.getByText('还差 1 项才能往下走').waitFor()
  await page.getByRole('checkbox', { name: '画出决策链' }).click()
  await next.click()
  await page.getByRole('button', { name: '进入「试用验证」' }).waitFor()
  await page.getByRole('combobox', { name: '张三的角色' }).click()
  const kept = page.waitForResponse((response) => response.request().method() === 'PUT')
  await page.getByTitle('决策人').last().click()
  expect((await kept).ok()).toBe(true)
  await page.getByRole('link', { name: '张三' }).click()
  await page.getByRole('heading', { name: '所在公司' }).waitFor()
  expect((await server.call('GET', `/api/leads/${lead.id}/account`)).json.person.role).toMatchObject({
    id: 'decision-maker',
    by: 'LiLei',
  })
  for (const [width, name] of [
    [1440, 'wide'],
    [390, 'narrow'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 })
    await page.goBack()
    await page.getByRole('img', { name: '关系图谱' }).waitFor()
    expect(await slidesSideways(page), name).toBe(false)
    await page.goForward()
  }
})
