import { type Browser, chromium } from 'playwright-core'
import { atEnd } from './at-end.ts'
import { findChromium, howToGetChromium } from './find-chromium.mjs'

let browser: Promise<Browser> | undefined

/** One Chromium per test file, closed after its last test. Pages and contexts are the caller's. @throws how to get one */
export function testBrowser(): Promise<Browser> {
  if (!browser) {
    browser = open()
    atEnd(async () => {
      const opened = await browser?.catch(() => undefined)
      browser = undefined
      await opened?.close()
    })
  }
  return browser
}

async function open() {
  const executablePath = findChromium()
  if (!executablePath) throw new Error(howToGetChromium)
  // Nothing of its own may look up hosts outside: many machines that run tests have no way there.
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--lang=zh-CN', ...quiet],
  })
}
