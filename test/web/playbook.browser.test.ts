import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { runSimulations } from '../../src/simulation/simulate.ts'
import { openPage, slidesSideways, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { openLead } from '../support/people.ts'
import type { TestServer } from '../support/server.ts'
import { type WecomHouse, wecomHouse } from '../support/wecom-house.ts'

let house: WecomHouse
let server: TestServer
const hostile = `</script><img src=x onerror="window.hacked=1">${'长'.repeat(20)}\u202Eevil`

beforeAll(async () => {
  house = await wecomHouse(await testDatabase())
  server = await testConsole(house, {
    ChenJing: ['陈静', 'admin'],
    WangMin: ['王敏', 'mdr'],
    LiLei: ['李雷', 'sales'],
  })
  const changed = { score: { events: { price_view: { name: hostile.slice(0, 40) } } }, company: { short: '<b>云帆' } }
  expect((await server.call('PUT', '/api/playbook', { ...changed, note: hostile })).status).toBe(200)
  const leadId = await openLead(house, { fields: { name: hostile } })
  for (let turn = 0; turn < 3; turn++)
    await server.call('POST', '/api/events', { lead: { kind: 'id', value: leadId }, type: 'price_view' })
})

async function enter(name: RegExp, look: object, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await openPage(server.url, look)
  await page.goto(`${server.url}/console/sign-in`)
  await page.getByRole('button', { name }).click()
  await page.waitForURL(/\/console\/(?!sign-in)/)
  await work(page)
  expect(await page.evaluate('window.hacked')).toBeUndefined()
}

describe('the room of the rules', () => {
  it('lets an admin draft, be corrected, try it on last month, publish with a reason, and go back', async () => {
    await enter(/陈静/, { viewport: { width: 1440, height: 900 } }, async (page) => {
      await page.goto(`${server.url}/console/playbook?part=sla`)
      const accept = page.getByLabel('接单', { exact: true })
      await accept.fill('半小时')
      await page.locator('.rule-field').getByText('不是时长').waitFor()
      expect(await page.getByRole('button', { name: '发布' }).isDisabled()).toBe(true)
      await accept.fill('10m')
      await page.getByText('30 分钟').waitFor()
      // What text says is what forms say, and what cannot be read is marked where it stands.
      await page.getByRole('link', { name: '审核', exact: true }).last().click()
      await page.getByLabel('意向达到多少分送审').fill('12')
      await page.getByText('YAML', { exact: true }).click()
      const text = page.locator('.cm-content')
      await text.getByText('threshold').first().waitFor()
      await text.click()
      await page.keyboard.press('Control+End')
      await page.keyboard.type('\nx: [')
      await page.getByText(/第 \d+ 行读不懂/).waitFor()
      await page.keyboard.press('Control+z')
      await page.getByText('2 处改动').waitFor()
      await page.reload()
      await page.getByText('2 处改动').waitFor()
      await page.getByRole('button', { name: '放到上个月试一遍' }).click()
      await page.waitForURL(/simulations\//)
      await page.getByText('关掉页面也会继续').waitFor()
      while (await runSimulations(house));
      await page.reload()
      await page.getByRole('row', { name: /判为 MQL/ }).waitFor()
      await page.getByText('12').first().waitFor()
      await page.getByRole('link', { name: '回到草稿' }).click()
      await page.getByRole('button', { name: '发布', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('为什么改').fill('展会多')
      await dialog.getByRole('button', { name: '发布', exact: true }).click()
      await page.getByText('第 3 版已生效').waitFor()
      await page.getByText('改动先放在草稿里').waitFor()
      expect((await server.call('GET', '/api/playbook')).json).toMatchObject({
        version: 3,
        review: { threshold: 12 },
        sla: { accept: '10m' },
      })
      await page.getByRole('link', { name: '历次版本' }).click()
      await page.getByText('展会多').waitFor()
      await page.getByText('</script>').first().waitFor()
      await page.locator('.rule-version').nth(1).getByRole('button', { name: '与现行的差别' }).click()
      await page.getByRole('button', { name: '回到第 2 版' }).click()
      await page.getByRole('dialog').getByText('10 分钟').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: '回到第 2 版' }).click()
      await page.getByText('已变回去，成为第 4 版').waitFor()
      await page.getByText('第 4 版').first().waitFor()
      expect((await server.call('GET', '/api/playbook')).json.review.threshold).toBe(30)
      await page.getByRole('link', { name: '模拟' }).click()
      await page.getByRole('link', { name: /等 2 处/ }).waitFor()
    })
  }, 90_000)

  it('is for reading where one may not change it, on a phone and in English too', async () => {
    await enter(/王敏/, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, async (page) => {
      await page.evaluate("localStorage.setItem('bowtie.language', 'en')")
      await page.goto(`${server.url}/console/playbook?part=score`)
      await page.getByText('read only').waitFor()
      const name = page.getByLabel('price_view Name')
      expect(await name.inputValue()).toContain('</script>')
      expect(await name.isDisabled()).toBe(true)
      expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0)
      expect(await slidesSideways(page)).toBe(false)
    })
  }, 60_000)
})
