import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../config.ts'
import type { ReadyMessage } from './role.ts'

/** A process that lives this long is not crashing in a loop. */
const steadyMs = 60_000

export interface ChildOptions {
  name: string
  module: string
  env: Environment
  /** Modules to load before it. */
  preload?: string[]
  /** Whether it says `{"ready":true}` in a line on stdout instead of through the channel. */
  readyOnStdout?: boolean
  say: (line: string) => void
  /** It crashed too often, or with a configuration fault (78), which no repetition mends. */
  onGiveUp: (code: number) => void
  /** Its pid changed. */
  onPid?: () => void
}

export interface Child {
  name: string
  /** The first time it can do its work. */
  ready: Promise<ReadyMessage>
  pid: number | undefined
  /** Lets it drain and starts it anew. */
  restart(): Promise<void>
  /** SIGTERM, and SIGKILL when it is still there after `patienceMs`. */
  stop(patienceMs: number): Promise<void>
  kill(): void
}

/**
 * Keeps one process running: starts it again when it crashes, after 1, 2, 4 … 30 seconds, and gives up loudly after many
 * crashes in a row. In a session of its own, so that Ctrl-C reaches only the parent, who ends everything in order.
 */
export function keepRunning(options: ChildOptions): Child {
  const { name, say } = options
  let child: ChildProcess
  let exited = Promise.resolve()
  let wanted = true
  let crashes = 0
  let timer: NodeJS.Timeout | undefined
  let everReady = false
  let announce: (message: ReadyMessage) => void = () => {}
  const ready = new Promise<ReadyMessage>((done) => {
    announce = done
  })

  const run = () => {
    const begin = performance.now()
    const preload = (options.preload ?? []).flatMap((module) => ['--import', module])
    child = spawn(process.execPath, ['--enable-source-maps', ...preload, options.module], {
      env: options.env,
      detached: true,
      stdio: ['ignore', options.readyOnStdout ? 'pipe' : 'inherit', 'inherit', 'ipc'],
    })
    const current = child
    const onReady = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('ready' in message)) return
      everReady = true
      announce(message as ReadyMessage)
    }
    current.on('message', onReady)
    if (current.stdout)
      createInterface({ input: current.stdout }).on('line', (line) => {
        if (line.startsWith('{"ready"')) onReady(JSON.parse(line))
        else console.log(line)
      })
    exited = new Promise((done) => {
      current.once('error', (error) => {
        say(`${name} 无法启动 · could not be started: ${error.message}`)
        done()
        options.onGiveUp(1)
      })
      current.once('exit', (code, signal) => {
        done()
        if (!wanted || current !== child) return
        if (code === 78) return options.onGiveUp(78)
        crashes = performance.now() - begin > steadyMs ? 1 : crashes + 1
        const how = signal ?? `退出码 ${code}`
        if (crashes >= (everReady ? 12 : 5)) {
          say(`${name} 连续 ${crashes} 次异常退出（${how}），不再重启 · crashed too often, giving up`)
          return options.onGiveUp(1)
        }
        const seconds = Math.min(30, 2 ** (crashes - 1))
        say(`${name} 异常退出（${how}），${seconds} 秒后重启 · ended unexpectedly, restarting in ${seconds} s`)
        timer = setTimeout(run, seconds * 1000)
      })
    })
    options.onPid?.()
  }

  const stop = async (patienceMs: number) => {
    wanted = false
    clearTimeout(timer)
    const current = child
    if (current.exitCode !== null || current.signalCode !== null) return
    current.kill('SIGTERM')
    const late = setTimeout(() => {
      say(`${name} 未能及时结束，强制结束 · did not end in time, killing it`)
      current.kill('SIGKILL')
    }, patienceMs)
    await exited
    clearTimeout(late)
  }

  run()
  return {
    name,
    ready,
    get pid() {
      return child.pid
    },
    async restart() {
      await stop(8_000)
      wanted = true
      crashes = 0
      run()
    },
    stop,
    kill: () => child.kill('SIGKILL'),
  }
}
