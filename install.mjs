import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { waitForLock } from './src/start/lock.mjs'

const root = import.meta.dirname

/** Whether `node_modules` holds what package-lock.json says: npm keeps its own record of what it installed. */
export function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
    const there = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages
    // What is optional is for other machines, or npm would have installed it.
    for (const [path, { optional, version, integrity }] of Object.entries(wanted)) {
      if (path === '' || (optional && !there[path])) continue
      if (there[path]?.version !== version || there[path]?.integrity !== integrity) return false
    }
    return Object.entries(there).every(([path, { optional }]) => optional || path in wanted)
  } catch {
    return false
  }
}

/** `npm ci`, when lockfile and node_modules disagree. Of several processes one installs and the others wait. */
export async function install() {
  if (isInstalled()) return
  const lock = await waitForLock(join(root, 'build/.install.lock'), (pid) =>
    console.log(`等待另一个进程（${pid}）安装依赖… · waiting for another process to install`),
  )
  try {
    if (isInstalled()) return
    await runNpm()
    if (!isInstalled())
      console.warn(
        '提示：安装完成，但 node_modules 与 package-lock.json 仍不一致 · node_modules still differs from the lockfile',
      )
  } finally {
    lock.release()
  }
}

async function runNpm() {
  const begin = performance.now()
  const seconds = () => Math.round((performance.now() - begin) / 1000)
  console.log('正在安装依赖，首次约需一分钟… · installing dependencies, about a minute the first time')
  const heartbeat = setInterval(() => console.log(`  …已 ${seconds()} 秒 · ${seconds()} s`), 10_000)
  try {
    let fault = await npm('ci')
    // `ci` wants every machine's optional packages in the lockfile, and fails where a registry does not carry them all.
    // `install` takes the same pinned versions and hashes; that it did is checked afterwards.
    if (fault?.includes('EUSAGE') && lockfileFollowsPackage()) fault = await npm('install', '--no-save')
    if (fault !== undefined)
      throw new Error(
        `${fault}\n安装依赖失败，请检查网络或 npm 镜像后重试 · could not install: check the network or the npm registry`,
      )
  } finally {
    clearInterval(heartbeat)
  }
  console.log(`依赖已就绪，用时 ${seconds()} 秒 · dependencies installed`)
}

/** Answers what npm said when it failed. */
async function npm(...command) {
  // No package of ours needs its install script; `dev` because everything is built here.
  const args = [
    ...command,
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const cli = process.env.npm_execpath
  const [program, first] = cli ? [process.execPath, [cli]] : ['npm', []]
  const shell = !cli && process.platform === 'win32'
  const child = spawn(program, [...first, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], shell })
  let words = ''
  child.stderr.on('data', (chunk) => {
    words += chunk
  })
  const forward = (signal) => child.kill(signal)
  process.once('SIGINT', forward).once('SIGTERM', forward)
  try {
    const [code, signal] = await new Promise((done, fail) => {
      child.once('error', fail).once('close', (...how) => done(how))
    })
    if (signal) process.exit(1)
    return code === 0 ? undefined : words.trim()
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward)
  }
}

/** The same things are asked for in both files; only then may the lockfile answer for package.json. */
function lockfileFollowsPackage() {
  const asked = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages['']
  return ['dependencies', 'devDependencies', 'optionalDependencies'].every((kind) =>
    isDeepStrictEqual(asked[kind], locked[kind]),
  )
}
