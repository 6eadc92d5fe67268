import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { variables } from '../../src/config.ts'
import { projectRoot } from '../../src/root.ts'
import { isFree } from '../../src/start/ports.ts'

export interface Launched {
  process: ChildProcess
  dataDir: string
  url: string
  output(): string
  /** Until a line matches, or it has ended. @throws with the output when it ends or two minutes pass before that */
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
      const late = wait(120_000, undefined, { ref: false }).then(() => {
        throw new Error(`did not say ${pattern} within two minutes:\n${output}`)
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

/**
 * A free port whose successor is free too, where the sandbox goes. Below the range from which the system serves outgoing
 * connections and port 0: between this look and the use nobody takes it by chance.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 30_000)
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port + 1, '127.0.0.1'))) return port
  }
}
