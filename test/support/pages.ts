import type { Page, Request } from 'playwright-core'
import { addresses } from '../../web/console/addresses.ts'

const underWay = new WeakMap<Page, Set<Request>>()

/** To be called before a page's first address: from then on it is known what it still waits for. */
export function watch(page: Page): void {
  const open = new Set<Request>()
  underWay.set(page, open)
  // The stream never ends; everything else does.
  page.on('request', (request) => !request.url().endsWith('/api/stream') && open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
}

/** Until what was asked for has come and stands there. */
export async function standsStill(page: Page): Promise<void> {
  for (let calm = 0; calm < 2; ) {
    await page.evaluate(twoFramesWithoutSkeleton)
    calm = underWay.get(page)?.size ? 0 : calm + 1
    if (calm === 0) await page.waitForTimeout(20)
  }
}

const twoFramesWithoutSkeleton = `new Promise((done) => {
  let frames = 0
  const look = () => {
    const isThere = document.querySelector('#root > *') && !document.querySelector('.skeleton')
    frames = isThere ? frames + 1 : 0
    if (frames > 2) done()
    else requestAnimationFrame(look)
  }
  look()
})`

/** Goes to another page of the console the way its links do, without loading it anew. */
export async function walk(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(`/console${path}`)})`)
  await standsStill(page)
}

/**
 * Goes to every page of the console as somebody signed in can open it: of an address with a place in it the first that is
 * linked to from the page above, of one with pages below all of them, and each view that a page's bar offers.
 */
export async function* everyPage(page: Page): AsyncGenerator<string> {
  const links = new Map<string, string[]>()
  for (const address of addresses) {
    const [above = '', below] = address.split(/\/:id|\/\*\?/)
    if (address.endsWith(':id')) {
      const link = links.get(above)?.find((path) => path.startsWith(`${above}/`) && !isFixed(path))
      if (!link) throw new Error(`no link on ${above} leads to a ${address}`)
      await walk(page, link)
      yield link
      continue
    }
    const opened = await open(page, above)
    const here = await linksOf(page)
    links.set(above, here)
    const views = await viewsOf(page)
    yield opened
    for (const view of below === undefined ? views : here.filter((path) => path.startsWith(`${above}/`))) {
      await walk(page, view)
      yield view
    }
  }
}

/** Goes to a page; to one that is nothing without being told of what, by the first link from the page above it. */
async function open(page: Page, path: string): Promise<string> {
  await walk(page, path)
  const at = new URL(page.url()).pathname.slice('/console'.length)
  if (at === path) return path
  const link = await page.locator(`main a[href^="/console${path}?"]`).first().getAttribute('href')
  if (!link) throw new Error(`${path} leads to ${at}, which leads to no ${path}`)
  await walk(page, link.slice('/console'.length))
  return link.slice('/console'.length)
}

const isFixed = (path: string): boolean => (addresses as readonly string[]).includes(path)

async function linksOf(page: Page): Promise<string[]> {
  const hrefs = await page.evaluate<string[]>(
    "[...document.querySelectorAll('main a[href]')].map((link) => new URL(link.getAttribute('href'), location).pathname)",
  )
  return [...new Set(hrefs.flatMap((href) => (href.startsWith('/console/') ? [href.slice('/console'.length)] : [])))]
}

/** A bar's choice that has an address and a title is a page of its own. Comes back to where it was. */
async function viewsOf(page: Page): Promise<string[]> {
  const views: string[] = []
  const [here, title] = [new URL(page.url()), await page.title()]
  const choices = page.locator('.bar .ant-segmented-item')
  for (let at = 1; at < (await choices.count()); at++) {
    await choices.nth(at).click()
    await standsStill(page)
    const { pathname, search } = new URL(page.url())
    if (search !== here.search && (await page.title()) !== title) views.push(pathname.slice('/console'.length) + search)
    await walk(page, (here.pathname + here.search).slice('/console'.length))
  }
  return views
}
