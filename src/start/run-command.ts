import { systemClock } from '../clock.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { createLog } from '../log.ts'
import { buildHouse } from './build-house.ts'
import { commandEnvironment } from './running.ts'

/** A command that is used wrongly; said in one line. */
export class Usage extends Error {}

/** Runs a command beside a running server: its configuration, its database, and an exit code of its own. */
export async function runCommand(
  work: (given: { config: Config; args: string[]; house: () => Promise<House> }) => Promise<void>,
): Promise<void> {
  let built: Awaited<ReturnType<typeof buildHouse>> | undefined
  try {
    const config = readConfig(commandEnvironment())
    await work({
      config,
      args: process.argv.slice(2),
      async house() {
        built ??= await buildHouse({ config, clock: systemClock, log: createLog('error', 'command'), role: 'command' })
        return built.house
      },
    })
  } catch (error) {
    if (error instanceof ConfigError) {
      console.error(
        `${error.message}\n（服务在运行时，命令会自动使用它的配置 · a running server lends its configuration）`,
      )
      process.exitCode = 78
    } else if (error instanceof Usage || error instanceof Refused) {
      console.error(error.message)
      process.exitCode = error instanceof Usage ? 64 : 1
    } else {
      console.error(error)
      process.exitCode = 1
    }
  } finally {
    await built?.close()
  }
}
