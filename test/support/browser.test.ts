import { expect, test } from 'vitest'
import { testBrowser } from './browser.ts'

test('the browser shows Chinese text in a real font', async () => {
  const browser = await testBrowser()
  const page = await browser.newPage({ locale: 'zh-CN' })
  await page.setContent(
    '<p><span id="a" style="font-size:40px">云</span><span id="b" style="font-size:40px">帆</span></p>',
  )
  const width = (id: string) => page.locator(id).evaluate((element) => element.getBoundingClientRect().width)
  expect(await width('#a')).toBeCloseTo(40, 0)
  expect(await page.locator('p').textContent()).toBe('云帆')
  await page.close()
})
