import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { actDue } from '../../src/journeys/act.ts'
import { advanceDue } from '../../src/journeys/advance.ts'
import { syncJourneys } from '../../src/journeys/library.ts'
import { deliverDue } from '../../src/messages/deliver.ts'
import { openPage, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import type { TestServer } from '../support/server.ts'
import { type WecomHouse, wecomHouse } from '../support/wecom-house.ts'

let house: WecomHouse
let server: TestServer
let page: Page
let leadId: string

beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  await syncJourneys(house)
  server = await testConsole(house, { WangMin: ['王敏', 'mdr'] })
  leadId = (await house.friend('WangMin', { name: '张三' })).leadId
})

beforeEach(async () => {
  page = await openPage(server.url, { as: 'WangMin' })
})

const step = (path: string) => page.locator(`.step[data-path="${path}"]`)
const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
const choose = async (label: string, name: string) => {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click()
}
const advance = async () => {
  for (let round = 0; round < 3; round++) {
    await advanceDue(house)
    await actDue(house)
  }
}
/** What can be used and has no name to be read out. */
const unnamed = () =>
  page.evaluate<string[]>(`
    [...document.querySelectorAll('button, a[href], input, select, textarea, [role="button"], iframe')]
      .filter((element) => element.checkVisibility() && !element.closest('[aria-hidden="true"]'))
      .filter((element) => {
        const labels = [...(element.labels ?? [])].map((label) => label.textContent)
        const said = [element.ariaLabel, element.title, element.textContent, ...labels]
        return !element.hasAttribute('aria-labelledby') && !said.some((text) => text?.trim())
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 200))`)

describe('the room of journeys', () => {
  it('takes a journey of the start set through editing, a dry run and two versions, with its people', async () => {
    const hostile = '<img src=x onerror=alert(1)>"\u202e跟进'
    await page.goto(`${server.url}/console/journeys`)
    await page.locator('tr', { hasText: '活动之后的跟进' }).getByText('进行中').waitFor()
    await press('新建旅程')
    await press(/照「活动之后的跟进」写一份/)
    await page.getByText('没有写错的地方').waitFor()
    await choose('触发', '由人加入')
    await page.getByLabel('名字', { exact: true }).fill(hostile)
    await page.getByRole('heading', { name: hostile }).waitFor()
    // By key through the drawing, into the form, and back to where one was.
    await step('trigger').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByLabel('多久', { exact: true }).fill('2')
    await step('0').getByText('等 2 天').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.step[data-path="0"]:focus').waitFor()
    // What is wrong stands on the step it is about, and can be taken back.
    await step('1').click()
    await page.locator('.desk-panel').getByText('行为', { exact: true }).click()
    await page.locator('.step[data-path="1"][data-wrong]').waitFor()
    expect(await page.getByRole('button', { name: '发布…' }).isDisabled()).toBe(true)
    expect(await unnamed()).toEqual([])
    await press('撤销')
    await page.getByText('没有写错的地方').waitFor()
    await page.getByRole('button', { name: '试走', exact: true }).click()
    await page.locator('.desk-panel').getByRole('button', { name: '试走', exact: true }).click()
    await page.getByText('1 人会进入').waitFor()
    await step('2').getByText('到 1').waitFor()
    await press('发布…')
    await press('发布并开始')
    await page.getByText('已发布第 1 版').waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) as string
    await server.call('POST', `/api/journeys/${id}/enrol`, { leadIds: [leadId] })
    await advance()
    await step('0').click()
    await page.locator('.standing').getByRole('link', { name: '张三' }).waitFor()
    await step('0').getByText('在等 1').waitFor()
    expect(await unnamed()).toEqual([])

    await press('修改')
    await step('0').click()
    await page.getByLabel('多久', { exact: true }).fill('5')
    await step('0').getByText('等 5 天').waitFor()
    await press('发布…')
    const dialog = page.getByRole('dialog', { name: '发布' })
    await dialog.getByText('1 第二天（等 2 天） → 1 第二天（等 5 天）').waitFor()
    await dialog.getByLabel(/转到新版/).check()
    await dialog.getByRole('button', { name: '发布第 2 版' }).click()
    await page.getByText('已发布第 2 版，1 人已转到新版').waitFor()
    const { json } = await server.call('GET', `/api/journeys/${id}/versions`)
    expect(json.items.map(({ version, live }: Record<string, number>) => [version, live])).toEqual([
      [2, 1],
      [1, 0],
    ])
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('list', { name: '大纲' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  }, 60_000)

  it('sends one piece to a segment: to oneself first, foreseen, begun, and taken back', async () => {
    const made = await server.call('POST', '/api/segments', { name: '展会上的人', kind: 'static' })
    await server.call('POST', `/api/segments/${made.json.id}/members`, { add: [leadId] })
    await page.goto(`${server.url}/console/journeys?tab=broadcast`)
    await page.getByText('还没有群发过').waitFor()
    await press('新的群发')
    await page.getByLabel('名字', { exact: true }).fill('隐形成本')
    await page.getByRole('combobox', { name: '内容', exact: true }).fill('八项成本')
    await page.locator('.ant-select-item-option').first().click()
    await press('先发给我看看')
    await page.getByText('已发给您，在企业微信里看').waitFor()
    await deliverDue(house, 'normal')
    expect(house.sandbox.inboxOf('WangMin').map(({ content }) => JSON.stringify(content))).toEqual([
      expect.stringContaining('八项没有放进比价表'),
    ])
    await choose('人群', '展会上的人 · 1 人')
    await page.getByText('看了 1 人，1 人会收到').waitFor()
    expect(await unnamed()).toEqual([])
    await press('发给 1 人')
    await page.getByRole('dialog').getByRole('button', { name: '发给 1 人' }).click()
    await page.getByText('已收下 1 人').waitFor()
    await advance()
    await page.locator('.outcomes', { hasText: '排好等发' }).waitFor()
    await press('更多')
    await page.getByRole('menuitem', { name: '停下并收回' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '停下并收回' }).click()
    await page.getByText('已停下：0 人离开，收回 1 条消息').waitFor()
    await page.locator('.outcomes', { hasText: '已收回' }).first().waitFor()
  })
})
