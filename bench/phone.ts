import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { projectRoot } from '../src/root.ts'

/** A phone with a slow processor on bad reception: what Lighthouse calls slow 4G, and its factor for a middling phone. */
export const slow = { latencyMs: 150, down: 1.6e6, up: 0.75e6, cpu: 4 } as const
export const slowWords = `处理器 ×${slow.cpu} 慢，往返 ${slow.latencyMs} ms，下行 ${slow.down / 1e6} Mbps`

export async function openPhone(): Promise<Browser> {
  // What is built stands elsewhere; this is not built.
  const found = pathToFileURL(join(projectRoot, 'test/support/find-chromium.mjs')).href
  const { findChromium, howToGetChromium } = (await import(found)) as typeof import('../test/support/find-chromium.mjs')
  const executablePath = findChromium()
  if (!executablePath) throw new Error(howToGetChromium)
  return chromium.launch({
    executablePath,
    // The client around the page is made up, so it comes from nowhere; the product is on this machine.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-features=LocalNetworkAccessChecks',
    ],
  })
}

/** A page of its own on that phone. */
export async function openTab(context: BrowserContext): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: slow.latencyMs,
    downloadThroughput: slow.down / 8,
    uploadThroughput: slow.up / 8,
  })
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu })
  return { page, cdp }
}

export const phoneSize = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  locale: 'zh-CN',
} as const
