import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { build } from '../../build.mjs'
import { atEnd } from './at-end.ts'
import { testBrowser } from './browser.ts'
import type { TestHouse } from './house.ts'
import { watch } from './pages.ts'
import { type TestServer, testServer } from './server.ts'

/** The pages as they are built, behind the real server, with these people: userid → name and role. Closed after the file. */
export async function testConsole(
  house: TestHouse,
  people: Record<string, readonly [name: string, role: string]>,
): Promise<TestServer> {
  await build()
  const server = await testServer(house)
  atEnd(() => server.close())
  for (const [userid, [name, role]] of Object.entries(people)) {
    const { status, text } = await server.call('PUT', `/api/staff/${userid}`, { name, roles: [role] })
    if (status >= 300) throw new Error(`${userid} could not be put: ${text}`)
  }
  return server
}

const faultsOfPages = new WeakMap<Page, string[]>()

/**
 * A page in a window of its own, signed in when `as` says who. Whatever breaks in it, asks by a dialog or is stopped by the
 * policy fails the test that opened it, at whose end it is closed; `atEndOf: 'file'` for one that lives longer.
 */
export async function openPage(
  url: string,
  { as, atEndOf = 'test', ...look }: BrowserContextOptions & { as?: string; atEndOf?: 'test' | 'file' } = {},
): Promise<Page> {
  const context = await (await testBrowser()).newContext({
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    ...look,
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults: string[] = []
  faultsOfPages.set(page, faults)
  watch(page)
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (line) => {
    // A refusal is shown by the page and noted by the browser.
    if (line.type() === 'error' && !line.text().includes('status of 4')) faults.push(line.text())
  })
  const close = async () => {
    await context.close()
    expect(faults).toEqual([])
  }
  if (atEndOf === 'file') atEnd(close)
  else onTestFinished(close)
  if (as) await signIn(page, url, as)
  return page
}

/** Begins a session as somebody, in the sandbox's one click. */
export async function signIn(page: Page, url: string, userid: string): Promise<void> {
  const answer = await page.request.post(`${url}/api/sign-in`, { data: { userid } })
  expect(answer.status()).toBe(200)
}

/** What went wrong as it was meant to is taken off the list. */
export function forgive(page: Page, words: string): void {
  const faults = faultsOfPages.get(page) ?? []
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes(words)))
}

/** Whether a page, or the room in it, can be moved to the side, which none may. */
export const slidesSideways = (page: Page): Promise<boolean> =>
  page.evaluate(`[document.documentElement, ...document.querySelectorAll('.room-body')]
    .some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)`)
