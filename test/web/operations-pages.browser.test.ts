import { beforeAll, expect, it } from 'vitest'
import { syncAnswers } from '../../src/answers/answers.ts'
import { keepMissed } from '../../src/answers/given.ts'
import { newId } from '../../src/ids.ts'
import { syncJourneys } from '../../src/journeys/library.ts'
import { giveLeavers } from '../../src/team/give-leaver.ts'
import { openPage, slidesSideways, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
const hostile = '<img src=x onerror=alert(1)>=1+1'

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testConsole(house, {
    SunLi: ['孙丽', 'admin'],
    ChenJing: ['陈静', 'manager'],
    WangMin: ['王敏', 'mdr'],
    LiLei: ['李雷', 'sales'],
    HanMeimei: ['韩梅梅', 'sales'],
  })
  await syncAnswers(house)
  await syncJourneys(house)
})

/** A customer somebody who left still has. */
async function left(name: string, state: string, fault: string | null = null): Promise<void> {
  const { json: lead } = await server.call('POST', '/api/leads', { name, company: '宁波精工有限公司' })
  await house.db.query(
    `INSERT INTO transfers (id, external_userid, lead_id, handover, takeover, state, reason, way, left_at, asked_at, fault, fault_id, look_at)
     VALUES ($1, $2, $3, 'LiLei', NULL, $4, 'resigned', 'leaver', $5, $5, $6, $7, $8)`,
    [
      newId(house.clock),
      `wm-${name}`,
      lead.id,
      state,
      house.clock.now(),
      fault && '接替成员的客户数已达上限，请换一位同事',
      fault,
      state === 'unplaced' ? house.clock.now() : null,
    ],
  )
}

it('a manager sees what stopped a transfer, gives out all a leaver left, and records leave; nothing of it is a rep’s to do', async () => {
  await left(hostile, 'unplaced')
  await left('李四', 'failed', 'takeover_full')
  const page = await openPage(server.url, { as: 'ChenJing' })
  await page.goto(`${server.url}/console/transfers`)
  await page.getByRole('link', { name: hostile }).waitFor()
  await page.getByText('接替成员的客户数已达上限').waitFor()
  await page.getByRole('button', { name: '次数与经过' }).first().click()
  await page.getByText('之前没有换过手').waitFor()
  await page.getByRole('button', { name: '把李雷剩下的客户分出去' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: '交给一位同事' }).click()
  await dialog.getByRole('combobox', { name: '转给哪位同事' }).click()
  await page.getByTitle('韩梅梅', { exact: true }).click()
  await dialog.getByRole('button', { name: '交给韩梅梅' }).click()
  await page.getByText('正在分 2 位客户').waitFor()
  while (await giveLeavers(house));
  await page.getByText('2 位已提交').waitFor()
  await page.getByRole('button', { name: '登记请假…' }).click()
  await dialog.getByRole('combobox', { name: '哪位同事' }).click()
  await page.getByTitle('李雷', { exact: true }).click()
  await dialog.getByRole('button', { name: '登记' }).isDisabled()
  await dialog.getByRole('button', { name: '一个月后' }).or(dialog.locator('.chip').last()).first().click()
  await dialog.getByRole('button', { name: '登记' }).click()
  await page.getByText('名下没有客户').waitFor()
  const rep = await openPage(server.url, { as: 'HanMeimei', viewport: { width: 390, height: 844 } })
  await rep.goto(`${server.url}/console/transfers`)
  await rep.getByRole('link', { name: hostile }).waitFor()
  expect(await rep.getByRole('button', { name: '登记请假…' }).count()).toBe(0)
  expect(await rep.getByText('离开的同事').count()).toBe(0)
  expect(await slidesSideways(rep)).toBe(false)
})

it('an MDR tries a sentence, makes an answer of a question nobody could answer, and the bot knows it at once', async () => {
  await keepMissed(house.db, house, { key: 'k', leadId: null, text: '可以去工厂看看吗', near: [] })
  const page = await openPage(server.url, { as: 'WangMin' })
  await page.goto(`${server.url}/console/answers`)
  const tried = page.getByRole('textbox', { name: '像客户那样打一句' })
  await tried.fill('zenme kai fapiao')
  await page.getByText('直接回答').waitFor()
  await tried.fill('可以去工厂看看吗')
  await page.getByText('答不上，叫同事来').or(page.getByText('您是想问下面哪一个')).waitFor()
  await page.getByRole('button', { name: '答不上的' }).click()
  await page.getByRole('button', { name: '写成回答…' }).click()
  await page.getByRole('textbox', { name: '回什么' }).fill('可以，工作日都行，来之前说一声。')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('没有答不上的问题').waitFor()
  await page.getByRole('textbox', { name: '像客户那样打一句' }).fill('可以去工厂看看吗')
  await page.getByText('可以，工作日都行，来之前说一声。').waitFor()
  const rep = await openPage(server.url, { as: 'LiLei' })
  await rep.goto(`${server.url}/console/answers?view=missed`)
  await rep.getByText('怎么开发票').waitFor()
  expect(await rep.getByRole('button', { name: '写一条…' }).count()).toBe(0)
})

it('an admin switches one thing off with a word why, changes a rule after seeing what changes; a manager only looks', async () => {
  const page = await openPage(server.url, { as: 'SunLi' })
  await page.goto(`${server.url}/console/automation`)
  await page.getByRole('switch', { name: '早上的工作卡片' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('国庆值班')
  await dialog.getByRole('button', { name: '关掉' }).click()
  await page.getByText(/我.*关掉的：国庆值班/).waitFor()
  await page.getByRole('switch', { name: '好友优先派单' }).click()
  await dialog.getByText('微信好友优先').waitFor()
  await dialog.getByRole('button', { name: '改，成为新的一版' }).click()
  await page.getByText('现行第 2 版规则').waitFor()
  expect((await server.call('GET', '/api/playbook')).json.routing.friendFirst).toBe(false)
  const looker = await openPage(server.url, { as: 'ChenJing' })
  await looker.goto(`${server.url}/console/automation`)
  expect(await looker.getByRole('switch', { name: '早上的工作卡片' }).isDisabled()).toBe(true)
})

it('the stages are drawn with their gates, a tag is made and refused a name in use, and one key leads anywhere', async () => {
  const page = await openPage(server.url, { as: 'WangMin' })
  await page.goto(`${server.url}/console/playbook/stages`)
  await page.getByRole('button', { name: /^SQL/ }).click()
  await page.getByText('转为商机').waitFor()
  await page.getByRole('link', { name: '标签', exact: true }).click()
  await page.getByRole('button', { name: '新建一组…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '标签组' }).fill('设备')
  await dialog.getByRole('textbox', { name: '标签', exact: true }).fill('注塑机')
  await dialog.getByRole('button', { name: '新建' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const group = page.getByRole('region', { name: '设备' })
  await group.getByRole('textbox').fill('注塑机')
  await group.getByRole('button', { name: '新建' }).click()
  await page.getByText('已经有「注塑机」了').waitFor()
  await page.keyboard.press('Control+k')
  await dialog.getByRole('combobox').fill('离职')
  await page.keyboard.press('Enter')
  await page.waitForURL(/console\/transfers/)
})

it('a segment leads to a broadcast and to a journey of its own; a condition in hours stays in hours', async () => {
  const condition = { field: 'createdAt', op: 'within', value: '36h' }
  const { json: made } = await server.call('POST', '/api/segments', { name: '新来的', condition })
  const page = await openPage(server.url, { as: 'WangMin' })
  const path = `${server.url}/console/segments/${made.id}`
  await page.goto(path)
  await page.locator('.segment-use').last().click()
  await page.waitForURL(/journeys\/new\/broadcast\?segment=/)
  await page.getByText('新来的').first().waitFor()
  await page.goto(path)
  await page.locator('.segment-use').first().click()
  await page.waitForURL(/journeys\/journey-/)
  await page.goto(path)
  await page.getByRole('button', { name: '修改' }).click()
  expect(await page.getByRole('spinbutton').inputValue()).toBe('36')
  await page.getByText('小时').first().waitFor()
})
