import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

/** What mends a machine without one. */
export const howToGetChromium =
  '没有找到 Chromium，请运行 apt-get install -y chromium（或安装 Google Chrome）后重试 · no Chromium found: apt-get install -y chromium'

/** The machine's own Chromium or Chrome, else the one Playwright downloaded; `undefined` when there is none. */
export function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'].filter(
    Boolean,
  )
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    chromium.executablePath(),
  ]
  return candidates.find(isExecutable)
}

/** Playwright's own, by download. Answers whether there is one now. */
export function downloadChromium(root) {
  try {
    const cli = join(root, 'node_modules/playwright-core/cli.js')
    execFileSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: 180_000 })
  } catch {
    return false
  }
  return findChromium() !== undefined
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
