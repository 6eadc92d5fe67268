import { readFileSync } from 'node:fs'
import type { Download, Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { movableClock } from '../../src/clock.ts'
import { openPage, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { testHouse, thursdayMorning } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

const clock = movableClock(thursdayMorning)
const day = 86_400_000
const patience = { timeout: 10_000 }
const evil = '=展会<img src=x onerror=alert(1)>'
let server: TestServer
let page: Page

/** Leads of a channel, and how many of them are judged to be worth it. */
async function come(channel: string, leads: number, mql: number): Promise<void> {
  for (let n = 0; n < leads; n++) {
    const { json } = await server.call('POST', '/api/leads', { name: `${channel} ${n}`, source: { channel } })
    if (n < mql)
      await server.call(
        'POST',
        `/api/leads/${json.id}/verdict`,
        { verdict: 'mql', reason: 'clear-need' },
        { as: 'Min' },
      )
  }
}
const dayOf = (ago: number): string => new Date(clock.now().getTime() - ago * day).toISOString().slice(0, 10)
const part = (name: string) => page.locator('section.part', { has: page.getByRole('heading', { name, exact: true }) })
const saved = async (press: () => Promise<void>): Promise<Buffer> => {
  const [download] = await Promise.all([page.waitForEvent('download') as Promise<Download>, press()])
  return readFileSync(await download.path())
}

beforeAll(async () => {
  const house = await testHouse({ db: await testDatabase(), clock })
  server = await testConsole(house, { Min: ['王敏', 'mdr'], SunLi: ['孙丽', 'admin'] })
  await come('官网', 2, 1)
  clock.advance(20 * day)
  await come(evil, 3, 3)
  await come('官网', 4, 1)
  page = await openPage(server.url, { as: 'SunLi', atEndOf: 'file' })
  await page.goto(`${server.url}/console/dashboard?from=${dayOf(6)}&to=${dayOf(0)}`)
})

it('tells the range that was chosen, beside the one before where one wants that', async () => {
  const came = part('蝴蝶结').locator('.bowtie-count').nth(1)
  await expect.poll(() => came.textContent(), patience).toBe('4')
  // The seven days before had nobody; the twenty days before had one of two.
  expect(await part('蝴蝶结').getByText('上期').count()).toBe(0)
  await page.getByLabel('从', { exact: true }).fill(dayOf(14))
  await part('蝴蝶结').getByText('上期 50%').waitFor()
  await page.getByLabel('和上一期比').uncheck()
  await part('蝴蝶结').getByText('上期 50%').waitFor({ state: 'detached' })
  await page.getByLabel('从', { exact: true }).fill(dayOf(25))
  await expect.poll(() => came.textContent(), patience).toBe('5')
})

it('opens behind a number a list of as many', async () => {
  await page.getByRole('combobox', { name: '漏斗' }).click()
  await page.getByTitle('按渠道').click()
  const row = part('漏斗').getByRole('row', { name: evil })
  const cell = row.getByRole('link', { name: '3' }).first()
  await cell.click()
  await page.getByRole('heading', { name: '名单' }).waitFor()
  await page.getByText('3 条', { exact: true }).waitFor()
  expect(await page.locator('.lead-table tbody tr').count()).toBe(3)
  await page.goBack()
})

it('saves as a table what is shown, and as a picture what is drawn', async () => {
  await page.getByRole('combobox', { name: '漏斗' }).click()
  await page.getByTitle('按渠道').click()
  await part('漏斗').getByRole('row', { name: evil }).waitFor()
  const table = (await saved(() => page.getByRole('button', { name: '存为 CSV：漏斗' }).click())).toString('utf8')
  const rows = await part('漏斗').locator('tbody tr').all()
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    const name = await row.getByRole('rowheader').textContent()
    const shown = await row.locator('td').first().locator('a').textContent()
    const line = table.split('\r\n').find((one) => one.includes(name ?? '-')) ?? ''
    // Never a formula: the name begins behind a quote.
    expect(line.startsWith(name === evil ? `"'${evil}"` : (name ?? '-'))).toBe(true)
    expect(line.split(',')[1]).toBe(shown)
  }
  const picture = await saved(() => page.getByRole('button', { name: '存为图片' }).click())
  expect(picture.subarray(1, 4).toString()).toBe('PNG')
  const colours = await page.evaluate<number>(`(async () => {
    const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (one) => one.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes]))
    const paper = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    paper.drawImage(bitmap, 0, 0)
    return new Set(new Uint32Array(paper.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size
  })()`)
  expect(colours).toBeGreaterThan(20)
})
