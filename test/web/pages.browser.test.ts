import { Readable } from 'node:stream'
import { readSheet } from 'read-excel-file/node'
import { beforeAll, expect, it } from 'vitest'
import { build } from '../../build.mjs'
import { readCsv } from '../../src/leads/csv.ts'
import { runExports } from '../../src/lists/export.ts'
import { violations } from '../support/axe.ts'
import { openPage, slidesSideways } from '../support/console.ts'
import { hostileTexts } from '../support/hostile.ts'
import { everyPage, standsStill } from '../support/pages.ts'
import { testWorld, type World } from '../support/world.ts'

let world: World
let url: string

/** Whatever people can put into words says something hostile: a customer in WeCom, a colleague, a system of theirs. */
beforeAll(async () => {
  await build()
  world = await testWorld()
  const { api, house, sandbox } = world
  Object.assign(house.config, { publicUrl: world.server.url, contentUrl: world.server.url })
  url = world.server.url
  const people: string[] = []
  for (const text of Object.values(hostileTexts)) {
    const { external_userid: customer } = await sandbox.customerScans({ name: text, userid: 'LiLei' })
    await sandbox.staffEdits({ userid: 'LiLei', customer, remark: text.slice(0, 20), description: text.slice(0, 150) })
    people.push(customer)
  }
  await world.settle()
  await world.pass(6_000)
  for (const [at, text] of Object.values(hostileTexts).entries()) {
    const [{ id }] = (await api('GET', `/api/leads?externalUserId=${people[at]}`)).json.items
    await say('PUT', `/api/leads/${id}`, text, (company) => ({
      company,
      title: company,
      industry: company,
      region: company,
    }))
    await say('POST', `/api/leads/${id}/tags`, text, (name) => ({ put: [{ group: '需求', name }] }))
    await say('POST', `/api/leads/${id}/follow-ups`, text, (note) => ({ note }))
    await say('POST', '/api/tasks', text, (task) => ({ leadId: id, text: task, dueAt: '2026-11-19T01:00:00Z' }))
    await say('POST', '/api/events', text, (about) => ({
      lead: { kind: 'id', value: id },
      type: 'demo_request',
      data: { about },
    }))
    await say('POST', '/api/content', text, (title) => ({ kind: 'article', title, body: '正文', stages: ['MAL'] }))
    await say('POST', '/api/answers', text, (title) => ({ title, asks: [title], say: title }))
    await say('POST', '/api/segments', text, (name) => ({ name, kind: 'static' }))
    await say('POST', '/api/lead-views', text, (name) => ({ name }))
    await say('POST', '/api/live-codes', text, (name) => ({ name, staff: ['LiLei'], source: { channel: name } }))
    await say('PUT', `/api/staff/Member${at}`, text, (name) => ({ name, roles: ['sales'], team: name }))
    const journey = { id: `hostile-${at}`, trigger: { manual: true }, steps: [{ wait: '1d' }] }
    await say('POST', '/api/journeys', text, (name) => ({ ...journey, name }))
  }
  await world.settle()
}, 300_000)

/** Says something as long as it may be there; what is too long is refused in words, not swallowed. */
async function say(method: string, path: string, text: string, body: (text: string) => object): Promise<void> {
  let refusal = ''
  for (const length of [Number.POSITIVE_INFINITY, 100, 60, 30]) {
    const { status, json } = await world.api(method, path, body([...text].slice(0, length).join('')), 'SunLi')
    if (status < 300) return
    refusal = JSON.stringify(json)
    expect([status, json.error.message.length > 0], `${method} ${path}`).toEqual([expect.toBeOneOf([400, 422]), true])
  }
  throw new Error(`${method} ${path} takes nothing of ${text.slice(0, 20)}: ${refusal}`)
}

it('every page can be read and used by everybody, in light and dark, on a desk and on a phone, whatever people are called', async () => {
  const page = await openPage(url, { as: 'SunLi', colorScheme: 'light' })
  await page.goto(`${url}/console/leads`)
  await standsStill(page)
  const wrong: string[] = []
  for await (const path of everyPage(page)) {
    const at = (place: string) => (what: string) => wrong.push(`${path} ${place}: ${what}`)
    ;(await violations(page)).forEach(at('light'))
    // The colours of a room are those of the pages below it.
    if (path.split('/').length === 2) {
      await page.emulateMedia({ colorScheme: 'dark' })
      ;(await violations(page, 'colours')).forEach(at('dark'))
      await page.emulateMedia({ colorScheme: 'light' })
    }
    if (await slidesSideways(page)) at('1440')('slides sideways')
    await page.setViewportSize({ width: 390, height: 844 })
    await standsStill(page)
    if (await slidesSideways(page)) at('390')('slides sideways')
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  expect(await page.evaluate('window.hacked')).toBeUndefined()
  expect(wrong).toEqual([])
}, 300_000)

it('what people are called is harmless in the sidebar, on customers’ pages, and in every file that leaves', async () => {
  const page = await openPage(url, { viewport: { width: 390, height: 844 } })
  await page.context().addCookies([{ name: 'sandbox_person', value: 'staff%3ALiLei', url: world.sandbox.url }])
  const leads = (await world.api('GET', '/api/leads')).json.items
  const pieces = (await world.api('GET', '/api/content?limit=100')).json.items
  const mine = pieces.filter(({ id }: { id: string }) => id.startsWith('c-'))
  expect(mine).toHaveLength(Object.keys(hostileTexts).length)
  for (const path of [
    ...leads.map(({ id }: { id: string }) => `/sidebar?lead=${id}`),
    ...mine.map(({ id }: { id: string }) => `/c/content/${id}`),
  ]) {
    await page.goto(url + path)
    await page.locator('h1, h2').first().waitFor()
    expect([path, await slidesSideways(page), await page.evaluate('window.hacked')]).toEqual([path, false, undefined])
  }

  const columns = ['name', 'company', 'title', 'tags', 'source', 'owner']
  const { json } = await world.api('POST', '/api/exports', { list: { filter: {} }, columns }, 'SunLi')
  while (await runExports(world.house));
  const file = async (format: string) => {
    const headers = { Authorization: `Bearer ${world.house.config.apiToken}`, 'Act-As': 'SunLi' }
    return Buffer.from(
      await (await fetch(`${url}/api/exports/${json.id}/file?format=${format}`, { headers })).arrayBuffer(),
    )
  }
  const text = (await file('csv')).toString('utf8').replace(/^\uFEFF/, '')
  const rows: string[][] = []
  for await (const records of readCsv(Readable.from([text]), ',')) rows.push(...records.map(({ cells }) => cells))
  expect(rows).toHaveLength(1 + Object.keys(hostileTexts).length)
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
  const sheet = await readSheet(await file('xlsx'))
  // A cell of text is text there, whatever it begins with.
  const names = leads.map(({ name }: { name: string }) => name)
  expect(
    sheet
      .slice(1)
      .map(([name]) => name)
      .sort(),
  ).toEqual(names.sort())
}, 60_000)
