import { type Clock, systemClock } from '../clock.ts'
import { type Config, ConfigError, readConfig, readEnvironment } from '../config.ts'
import { createLog, type Log } from '../log.ts'

/** Time a role has to finish what it holds. The parent kills it soon after. */
const drainMs = 7_000

export interface RunningRole {
  /** Where a person should go first; the parent prints it. */
  consoleUrl?: string
  /** Takes nothing new, finishes what it holds, closes everything. Not awaited for longer than the drain. */
  close(): Promise<void>
}

/** What a child tells its parent, once, when it can do its work. */
export interface ReadyMessage {
  ready: true
  consoleUrl?: string
}

/**
 * The life of one role's process: reads the configuration, opens the role, says that it is ready, and drains on SIGTERM,
 * SIGINT, or when the parent is gone. Ends with 0 after a clean drain, 78 for the configuration, 1 for anything else.
 */
export async function runRole(
  name: string,
  open: (given: { config: Config; clock: Clock; log: Log }) => Promise<RunningRole>,
): Promise<void> {
  let log: Log | undefined
  const fail = (error: unknown) => {
    if (error instanceof ConfigError) {
      console.error(error.message)
      process.exit(78)
    }
    if (log) log.fatal({ err: error }, 'ended by an error')
    else console.error(error)
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  let role: RunningRole | undefined
  let leaving = false
  const leave = async (why: string) => {
    if (leaving) return
    leaving = true
    log?.info({ why }, 'draining')
    const limit = setTimeout(() => {
      log?.warn('not drained in time')
      process.exit(1)
    }, drainMs)
    limit.unref()
    await role?.close()
    process.exit(0)
  }
  const leaveOn = (why: string) => () => void leave(why).catch(fail)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leaveOn(signal))
  // A parent that was killed cannot say so; the channel to it closes.
  process.on('disconnect', leaveOn('parent gone'))

  try {
    const config = readConfig(readEnvironment())
    log = createLog(config.logLevel, name)
    const opened = await open({ config, clock: systemClock, log })
    if (leaving) return await opened.close()
    role = opened
    const message: ReadyMessage = { ready: true, consoleUrl: opened.consoleUrl }
    if (process.connected) process.send?.(message)
  } catch (error) {
    fail(error)
  }
}
