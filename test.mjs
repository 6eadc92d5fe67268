import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './install.mjs'

const root = import.meta.dirname
const run = randomUUID()
const report = join(tmpdir(), `bowtie-report-${run}.json`)

await install()
const { build } = await import('./build.mjs')
await build({ say: console.log })
await prepareBrowser()

const code = await runVitest(process.argv.slice(2))
const left = endLeftovers()
if (left > 0) console.error(`测试留下了 ${left} 个进程，已结束 · tests left ${left} processes behind`)
const { passed, failed, skipped } = readReport(code !== 0 || left > 0)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

async function prepareBrowser() {
  const { downloadChromium, findChromium, howToGetChromium } = await import('./test/support/find-chromium.mjs')
  if (findChromium()) return
  console.log('没有找到 Chromium，尝试下载… · no Chromium here, trying to download one')
  if (!downloadChromium(root)) console.warn(howToGetChromium)
}

/** Reports in words for people, and in JSON for the last line. */
async function runVitest(args) {
  const cli = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // An operator's NODE_ENV=production would build and test something else.
  const env = { ...process.env, NODE_ENV: 'test', BOWTIE_TEST_RUN: run }
  const child = spawn(process.execPath, [cli, 'run', ...reporters, ...args], { cwd: root, stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((done) => {
    child.once('error', () => done(1)).once('exit', (exitCode, signal) => done(signal ? 1 : exitCode))
  })
}

/** A file that could not be loaded, a hook that broke or an error outside of any test is a failure too. */
function readReport(broken) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    const wholeFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((result) => result.status !== 'failed'),
    )
    const failed = numFailedTests + wholeFiles.length
    return {
      passed: numPassedTests,
      failed: broken ? Math.max(1, failed) : failed,
      skipped: numPendingTests + numTodoTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(report, { force: true })
  }
}

/** Whatever a test started carries the run's name in its environment. */
function endLeftovers() {
  if (process.platform !== 'linux') return 0
  let ended = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`BOWTIE_TEST_RUN=${run}`)) continue
      process.kill(Number(pid), 'SIGKILL')
      ended++
    } catch {
      // Ended by itself meanwhile, or not ours to look at.
    }
  }
  return ended
}
