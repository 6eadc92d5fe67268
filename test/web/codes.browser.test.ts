import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runImports } from '../../src/leads/import-leads.ts'
import { openPage, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import type { TestServer } from '../support/server.ts'
import { type WecomHouse, wecomHouse } from '../support/wecom-house.ts'

let house: WecomHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  server = await testConsole(house, {
    WangMin: ['王敏', 'mdr'],
    LiLei: ['李雷', 'sales'],
    HanMeimei: ['韩梅梅', 'sales'],
  })
})

beforeEach(async () => {
  page = await openPage(server.url)
  await page.goto(`${server.url}/console/sign-in`)
  await page.getByRole('button', { name: /王敏/ }).click()
  await page.waitForURL(/\/console\/review/)
})

const choose = async (label: string, ...names: string[]) => {
  const box = page.getByRole('combobox', { name: label, exact: true }).last()
  await box.click()
  for (const name of names) await page.locator('.ant-select-dropdown:visible').getByTitle(name, { exact: true }).click()
  await page.keyboard.press('Escape')
}

describe('the room of live codes', () => {
  it('makes a code with shifts drawn on the week, shows what it will do, and takes it out of use', async () => {
    await page.getByRole('link', { name: '活码', exact: true }).click()
    await page.getByText('还没有活码').waitFor()
    await page.getByRole('button', { name: '新建活码' }).first().click()
    await page.getByLabel('名称', { exact: true }).fill('工博会')
    await page.getByLabel('渠道', { exact: true }).fill('展会')
    await choose('默认成员', '王敏')
    const week = page.locator('.week-area')
    await week.scrollIntoViewIfNeeded()
    const box = await week.boundingBox()
    if (!box) throw new Error('no week')
    const at = (day: number, hour: number) =>
      [box.x + (box.width * (hour + 0.2)) / 24, box.y + (box.height * (day + 0.5)) / 7] as const
    await page.mouse.move(...at(0, 9))
    await page.mouse.down()
    await page.mouse.move(...at(4, 17), { steps: 4 })
    await page.mouse.up()
    await choose('当班的人', '李雷', '韩梅梅')
    await page.getByText('陈晓芸-展会-1119').waitFor()
    await page
      .locator('.duty')
      .getByText('李雷、韩梅梅')
      .or(page.locator('.duty').getByText('韩梅梅、李雷'))
      .first()
      .waitFor()
    await page.getByRole('button', { name: '生成活码' }).click()
    await page.getByRole('img', { name: '工博会' }).waitFor()
    expect(house.sandbox.world.contactWays.at(-1)).toMatchObject({ remark: '工博会', user: ['HanMeimei', 'LiLei'] })
    const { items } = (await server.call('GET', '/api/live-codes')).json
    expect(items[0].slots).toEqual([
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:30', staff: ['LiLei', 'HanMeimei'] },
    ])
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: '小（屏幕） PNG' }).click()
    expect((await download).suggestedFilename()).toBe('工博会-300.png')
    await page.getByLabel('每人每天最多加').fill('20')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('已保存').waitFor()
    await house.shelves.jobs.get('keep-duty')?.run(house)
    await page.getByRole('link', { name: '全部活码' }).click()
    await page.getByText('0/20').first().waitFor()
    await page.getByRole('link', { name: '工博会' }).click()
    await page.getByRole('button', { name: '归档', exact: true }).click()
    await page.getByRole('button', { name: '归档，不再加人' }).click()
    await page.locator('.fate').getByText('已归档').waitFor()
  }, 60_000)
})

describe('the import wizard', () => {
  it('guesses the columns, shows what is wrong, survives a reload, and hands out a report no spreadsheet runs', async () => {
    await page.getByRole('link', { name: '导入', exact: true }).click()
    const people =
      '姓名,公司,手机号,来自\n张三,宁波精工,13800000001,展位\n李四,,12,展位\n王五,苏州纺织,13800000003,展位\n'
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(people) })
    await page.getByText('前 20 行里有 1 行不能导入').waitFor()
    await page.getByText('手机号不对').waitFor()
    await choose('来自：每一列当作什么', '渠道')
    await page.getByRole('columnheader', { name: '渠道' }).waitFor()
    await page.getByRole('button', { name: '开始导入' }).click()
    await page.waitForURL(/job=/)
    await page.reload()
    await page.getByText(/已处理/).waitFor()
    while (await runImports(house));
    await page.getByText('导入完成').waitFor()
    await page.getByText('手机号不对').waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载逐行结果' }).click()
    expect((await download).suggestedFilename()).toBe('导入结果.csv')
    const id = new URL(page.url()).searchParams.get('job')
    const report = await server.call('GET', `/api/imports/${id}/report`)
    expect(report.text.split('\r\n').map((line) => line.split(',').slice(0, 2).join())).toEqual([
      '行,结果',
      '2,新建',
      '3,没有导入',
      '4,新建',
      '',
    ])
    expect((await server.call('GET', `/api/imports/${id}/report`, undefined, { as: 'LiLei' })).status).toBe(403)
  }, 60_000)
})
