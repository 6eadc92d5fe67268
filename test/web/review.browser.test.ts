import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgive, openPage, slidesSideways, testConsole } from '../support/console.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse } from '../support/house.ts'
import type { TestServer } from '../support/server.ts'

let house: TestHouse
let server: TestServer
let page: Page

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  server = await testConsole(house, { WangMin: ['王敏', 'mdr'], ZhaoQian: ['赵倩', 'mdr'], LiLei: ['李雷', 'sales'] })
})

beforeEach(async () => {
  await house.db.query('TRUNCATE review_queue')
  page = await openPage(server.url)
})

describe('the review queue', () => {
  it('is cleared by keyboard, and a verdict can be taken back', async () => {
    const [first, second, third] = [await waits('张三'), await waits('李四'), await waits('王五')]
    await waits('赵六')
    await signIn('王敏')
    await expectNames(['张三', '李四', '王五', '赵六'])
    await expectOpen('张三')

    await page.keyboard.press('m')
    await page.getByRole('button', { name: '需求明确' }).waitFor()
    await page.keyboard.press('2')
    await expectOpen('李四')
    await page.keyboard.press('n')
    await page.keyboard.press('1')
    await expectOpen('王五')
    await page.keyboard.press('x')
    await page.keyboard.press('2')
    await expectOpen('赵六')
    await expectNames(['赵六'])

    await page.getByText('王五：不合格').waitFor()
    await page.keyboard.press('z')
    await expectOpen('王五')
    await expectNames(['王五', '赵六'])

    expect(await place(first)).toBe('MQL@sales')
    expect(await place(second)).toBe('MAL@nurture')
    expect(await place(third)).toBe('MAL@review')
    const path = await server.call('GET', `/api/leads/${first}/brief`)
    expect(path.json.path[0]).toMatchObject({ edge: 'verdict-mql', actor: 'WangMin', reason: 'clear-need' })
  })

  it('shows new work by itself, and says when it is clear', async () => {
    await signIn('王敏')
    await page.getByText('队列清空了').waitFor()
    await waits('后来的人')
    await expectNames(['后来的人'])
  })

  it('tells who has a lead instead of letting two judge it', async () => {
    const id = await waits('张三')
    await signIn('王敏')
    await expectOpen('张三')
    expect((await server.call('POST', `/api/leads/${id}/claim`, {}, { as: 'ZhaoQian' })).status).toBe(200)
    await page.keyboard.press('m')
    await page.getByRole('alert').getByText('赵倩 正在审').waitFor()
    await page.keyboard.press('1')
    expect(await place(id)).toBe('MAL@review')
  })

  it('brings a lead back to its place when the verdict is refused', async () => {
    const id = await waits('张三')
    await waits('李四')
    await signIn('王敏')
    await expectOpen('张三')
    await page.route('**/verdict', (route) =>
      route.fulfill({ status: 503, json: { error: { id: 'store_down', message: '数据库暂时不可用，请稍后重试' } } }),
    )
    await page.keyboard.press('x')
    await page.keyboard.press('1')
    await page.getByRole('alert').getByText('张三没有判成').waitFor()
    await page.getByText('数据库暂时不可用，请稍后重试').waitFor()
    await expectNames(['张三', '李四'])
    expect(await place(id)).toBe('MAL@review')
    forgive(page, '503')
  })

  it('judges many at once, and takes that back too', async () => {
    const ids = [await waits('张三'), await waits('李四'), await waits('王五')]
    await signIn('王敏')
    await expectNames(['张三', '李四', '王五'])
    for (const key of ['v', 'j', 'v', 'n', '1']) await page.keyboard.press(key)
    await page.getByText('正在处理 2 条').waitFor()
    await house.shelves.jobs.get('bulk-verdicts')?.run(house)
    await page.getByText('2 条已处理').waitFor()
    await expectNames(['王五'])
    await page.getByRole('button', { name: '撤销' }).click()
    await page.getByText('2 条已撤销').waitFor()
    expect(await Promise.all(ids.map(place))).toEqual(['MAL@review', 'MAL@review', 'MAL@review'])
  })

  it.each([1440, 390])('takes hostile names for names, %i px wide', async (width) => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '=HYPERLINK("http://evil")',
      '👩‍👩‍👧‍👦𠮷🏳️‍🌈',
      'שלום עולם ‮evil',
      '很'.repeat(100),
    ]
    for (const name of names) await waits(name, { company: '"><script>alert(2)</script>'.repeat(7) })
    await page.setViewportSize({ width, height: 844 })
    await signIn('王敏')
    await expectNames(names)
    await page.locator('.queue-open').first().click()
    await expectOpen(names[0] as string)
    expect(await slidesSideways(page)).toBe(false)
  })
})

/** A lead that raised a hand, later than those before. */
async function waits(name: string, fields: { company?: string } = {}): Promise<string> {
  const lead = await server.call('POST', '/api/leads', {
    name,
    company: '宁波精工',
    ...fields,
    source: { channel: '展会' },
  })
  expect(lead.status).toBe(201)
  const event = { lead: { kind: 'id', value: lead.json.id }, type: 'demo_request' }
  expect((await server.call('POST', '/api/events', event)).status).toBe(202)
  await house.db.query("UPDATE review_queue SET due_at = due_at + $1 * interval '1 second' WHERE lead_id = $2", [
    (await house.db.query('SELECT 1 FROM review_queue')).length,
    lead.json.id,
  ])
  return lead.json.id
}

async function signIn(name: string): Promise<void> {
  await page.goto(`${server.url}/console/sign-in`)
  await page.getByRole('button', { name: `以${name}的身份进入` }).click()
  await page.waitForURL('**/console/review')
}

async function place(id: string): Promise<string> {
  const { json } = await server.call('GET', `/api/leads/${id}`)
  return `${json.stage}@${json.desk}`
}

const expectOpen = (name: string) => page.locator('.pane .lead-name', { hasText: name }).waitFor()
const expectNames = (names: string[]) =>
  expect.poll(() => page.locator('.queue-who b').allTextContents(), { timeout: 10_000 }).toEqual(names)
