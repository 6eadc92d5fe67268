import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { variables } from '../../src/config.ts'
import { projectRoot } from '../../src/root.ts'

export interface Launched {
  process: ChildProcess
  dataDir: string
  url: string
  output(): string
  /** Until a line matches, or it has ended. @throws with the output when it ends or a minute passes before that */
  says(pattern: RegExp): Promise<RegExpMatchArray>
  /** Exit code and how long it took after the signal, in ms. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>
}

const launched: { child: ChildProcess; dataDir: string }[] = []

/** Runs `node start.mjs` as an operator would: its own data directory, a free port, nothing of npm in the environment. */
export async function launch(
  args: string[] = [],
  env: Record<string, string> = {},
  dataDir = mkdtempSync(join(tmpdir(), 'bowtie-start-')),
): Promise<Launched> {
  const port = env.PORT ?? String(await freePort())
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|TEST$|NODE_ENV)/.test(name))
  // Emptied, not left out: an operator's own .env beside package.json must not reach a test.
  const unset = Object.keys(variables).map((name) => [name, ''])
  const child = spawn(process.execPath, [join(projectRoot, 'start.mjs'), ...args], {
    env: { ...Object.fromEntries([...inherited, ...unset]), DATA_DIR: dataDir, PORT: port, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  launched.push({ child, dataDir })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk
      for (const listener of listeners) listener()
    })
  const exited = new Promise<number | null>((done) => child.once('close', done))

  return {
    process: child,
    dataDir,
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async says(pattern) {
      const ended = exited.then(() => {
        throw new Error(`ended without saying ${pattern}:\n${output}`)
      })
      ended.catch(() => {})
      const late = wait(60_000, undefined, { ref: false }).then(() => {
        throw new Error(`did not say ${pattern} within a minute:\n${output}`)
      })
      const heard = new Promise<RegExpMatchArray>((done) => {
        const listen = () => {
          const match = output.match(pattern)
          if (match) done(match)
        }
        listeners.add(listen)
        listen()
      })
      return Promise.race([heard, ended, late])
    },
    async end(signal) {
      const begin = performance.now()
      child.kill(signal)
      const code = await exited
      return { code, ms: performance.now() - begin }
    },
  }
}

/** Every process that has this data directory in its environment or arguments. */
export function processesOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        // A zombie has neither; its own tests' runner is not one of them.
        return pid !== process.pid && words.includes(dataDir)
      } catch {
        return false
      }
    })
}

/** Ends whatever a failed test left, and removes its data. For `afterEach`. */
export async function endLaunched(): Promise<void> {
  for (const { child, dataDir } of launched.splice(0)) {
    child.kill('SIGKILL')
    for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL')
    while (processesOf(dataDir).length > 0) await wait(20)
    if (existsSync(dataDir)) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
