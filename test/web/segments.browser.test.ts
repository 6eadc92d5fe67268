import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runBulk } from '../../src/lists/bulk.ts'
import { evaluateMarked } from '../../src/segments/evaluate.ts'
import { fillSegments } from '../../src/segments/fill.ts'
import { openPage, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testConsole(house, { WangMin: ['王敏', 'mdr'] })
  for (const [name, industry] of [
    ['张三', '装备制造'],
    ['李四', '纺织'],
    ['王五', '汽车制造'],
  ])
    await server.call('POST', '/api/leads', { name, company: `${name}的公司`, industry })
})

beforeEach(async () => {
  page = await openPage(server.url, { as: 'WangMin' })
})

const settle = async () => {
  while (await fillSegments(house));
  while (await evaluateMarked(house));
}

const idOf = async (name: string): Promise<string> =>
  (await server.call('GET', `/api/leads?q=${encodeURIComponent(name)}`)).json.items[0].id

describe('the room of segments', () => {
  it('builds a condition, says it in words with who fits, saves it, and shows members as they come', async () => {
    await page.goto(`${server.url}/console/segments`)
    await page.getByText('还没有人群').waitFor()
    await page.getByRole('button', { name: '新建人群' }).first().click()
    await page.getByLabel('名字').fill('制造业')
    await page.getByRole('button', { name: '加一个条件' }).click()
    await page.getByRole('textbox', { name: '值' }).fill('制造')
    await page.locator('.segment-sentence', { hasText: '行业包含制造' }).waitFor()
    await page.locator('.segment-count', { hasText: '2 人' }).waitFor()
    await page.locator('.segment-sample', { hasText: '王五' }).waitFor()
    await page.getByRole('button', { name: '保存人群' }).click()
    await page.getByRole('heading', { name: '制造业' }).waitFor()
    await settle()
    await page.getByText('动态 · 2 人').waitFor()
    await server.call('POST', '/api/leads', { name: '赵六', industry: '食品制造' })
    await settle()
    await page.getByRole('link', { name: '赵六' }).click()
    await page.waitForURL(/\/console\/leads\//)
    const { json } = await server.call('GET', '/api/segments')
    expect(json.items[0]).toMatchObject({
      name: '制造业',
      size: 3,
      condition: { all: [{ field: 'industry', op: 'contains', value: '制造' }] },
    })
  })

  it('lets people come and go by hand in a static one, and shows a hostile name as it is written', async () => {
    await page.goto(`${server.url}/console/segments/new`)
    await page.getByText('静态', { exact: true }).click()
    await page.getByLabel('名字').fill('=名单<img src=x onerror=alert(1)>')
    await page.getByRole('button', { name: '保存人群' }).click()
    await page.getByRole('button', { name: '加人' }).first().click()
    await page.getByRole('textbox', { name: '加人' }).fill(`${(await idOf('李四')).toUpperCase()}\nnobody@example.com`)
    await page.getByRole('button', { name: '加入 2 位' }).click()
    await page.getByText('加进来 1 位；上面这 1 行没有对应的线索').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: '关闭' }).first().click()
    await page.getByRole('link', { name: '用它建旅程' }).waitFor()
    await page.getByRole('checkbox', { name: '选中 李四' }).check()
    await page.getByRole('button', { name: '移出人群' }).click()
    await page.getByText('还没有往里加人').waitFor()
  })

  it('narrows a list by a condition, keeps it as a view, does one thing with all of it, and names whom it refused', async () => {
    await server.call('POST', '/api/leads', { name: '=cmd()<img src=x onerror=alert(1)>', industry: '食品制造' })
    await server.call('POST', '/api/journeys', {
      id: 'l',
      name: '列表旅程',
      trigger: { manual: true },
      steps: [{ wait: '1d' }],
    })
    await server.call('POST', `/api/leads/${await idOf('王五')}/consent`, {
      purpose: 'marketing',
      granted: false,
      source: '电话',
    })
    await page.goto(`${server.url}/console/leads`)
    await page.getByRole('button', { name: '更多条件' }).click()
    await page.getByRole('button', { name: '加一个条件' }).click()
    await page.getByRole('textbox', { name: '值' }).fill('制造')
    await page.getByRole('link', { name: '李四' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '存为视图' }).click()
    await page.getByRole('textbox', { name: '视图的名字' }).fill('制造业')
    await page.getByRole('dialog').getByRole('button', { name: '存为视图' }).click()
    await page.getByRole('button', { name: '制造业', exact: true }).waitFor()
    await page.getByRole('checkbox', { name: '选中 王五' }).check()
    await page.getByRole('button', { name: '选中列表里的全部' }).click()
    await page.getByRole('button', { name: '加入旅程' }).click()
    await page.getByRole('combobox', { name: '加入哪个旅程' }).click()
    await page.getByText('列表旅程').last().click()
    await page.getByRole('button', { name: '开始' }).click()
    await page.getByRole('progressbar').waitFor()
    await page.reload()
    await page.getByRole('progressbar').waitFor()
    while (await runBulk(house));
    await page.getByText('条没有做').waitFor()
    await page.getByText('哪 1 条，为什么').click()
    await page.getByText('客户已退订营销消息').waitFor()
  })
})
