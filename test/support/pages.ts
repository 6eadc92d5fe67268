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
 * Every page of the console as somebody signed in can open it: of an address with a place in it the first that is linked to
 * from the page above, of one with pages below all of them, and each view that a page's bar offers.
 */
export async function everyPage(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const address of addresses) {
    const [above = '', below] = address.split(/\/:id|\/\*\?/)
    if (below === undefined) {
      await walk(page, above)
      found.push(above, ...(await viewsOf(page, above)))
      continue
    }
    await walk(page, above)
    const links = (await linksOf(page)).filter((path) => path.startsWith(`${above}/`) && !isFixed(path))
    if (address.endsWith('*?')) found.push(above, ...links)
    else if (links[0]) found.push(links[0])
    else throw new Error(`no link on ${above} leads to a ${address}`)
  }
  return found
}

const isFixed = (path: string): boolean => (addresses as readonly string[]).includes(path)

async function linksOf(page: Page): Promise<string[]> {
  const hrefs = await page.evaluate<string[]>(
    "[...document.querySelectorAll('main a[href]')].map(({ pathname }) => pathname)",
  )
  return [...new Set(hrefs.flatMap((href) => (href.startsWith('/console/') ? [href.slice('/console'.length)] : [])))]
}

/** A bar's choice that changes the address is a page of its own. */
async function viewsOf(page: Page, path: string): Promise<string[]> {
  const views: string[] = []
  const choices = page.locator('.bar .ant-segmented-item')
  for (let at = 1; at < (await choices.count()); at++) {
    await choices.nth(at).click()
    const { pathname, search } = new URL(page.url())
    if (search) views.push(pathname.slice('/console'.length) + search)
    await walk(page, path)
  }
  return views
}
