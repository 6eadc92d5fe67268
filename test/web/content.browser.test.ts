import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { renderPdfs } from '../../src/content/render-pdfs.ts'
import { syncLibrary } from '../../src/messages/library.ts'
import { openPage, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { makePdf } from '../support/files.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  await syncLibrary(house)
  server = await testConsole(house, { WangMin: ['王敏', 'mdr'] })
})

beforeEach(async () => {
  page = await openPage(server.url)
  await page.goto(`${server.url}/console/sign-in`)
  await page.getByRole('button', { name: '以王敏的身份进入' }).click()
  await page.waitForURL(/\/console\/(?!sign-in)/)
})

test('a PDF is sent up in the editor, becomes pages beside it, and is read at 320 pixels page by page', {
  timeout: 60_000,
}, async () => {
  await page.goto(`${server.url}/console/content/new?stage=MAL`)
  await page.getByLabel('标题').fill('降本白皮书')
  await page.getByLabel('种类').click()
  await page.getByTitle('PDF').click()
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: '白皮书.pdf', mimeType: 'application/pdf', buffer: makePdf(['一', '二', '三', '四']) })
  await page.getByText('正在变成页面').first().waitFor()
  while (await renderPdfs(house));
  await page.getByText('4 页').first().waitFor()
  await page.frameLocator('iframe').locator('img[data-part="4"]').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: '保存新版' }).click()
  await page.waitForURL(/\/content\/c-/)
  const id = page.url().split('/').at(-1)
  await page.setViewportSize({ width: 320, height: 568 })
  const answer = await page.goto(`${server.url}/c/content/${id}`)
  expect((await answer?.body())?.length).toBeLessThan(50_000)
  await page.locator('img[data-part="1"]').evaluate('image => image.decode()')
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
  expect(await page.locator('.at').textContent()).toBe('第 1 页 / 共 4 页')
  await page.locator('img[data-part="3"]').scrollIntoViewIfNeeded()
  await page.locator('.at b', { hasText: /[34]/ }).waitFor()
})

test('what is written is seen as a customer sees it at once, survives a reload, and is a version when saved', async () => {
  await page.goto(`${server.url}/console/content/case-ningbo-quote-days`)
  await page.getByLabel('正文').fill('## 新的开头\n\n<script>alert(1)</script> 改过的**正文**。')
  const phone = page.frameLocator('iframe')
  await phone.locator('h3', { hasText: '新的开头' }).waitFor()
  expect(await phone.locator('script', { hasText: 'alert(1)' }).count()).toBe(0)
  await page.reload()
  await phone.locator('strong', { hasText: '正文' }).waitFor()
  await page.getByRole('button', { name: '保存新版' }).click()
  await page.getByText('已保存，第 2 版').waitFor()
  await page.getByRole('button', { name: '回到这一版' }).click()
  await phone.locator('p', { hasText: '180 人' }).waitFor()
})
