import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import { createLog } from '../src/log.ts'
import { type BuiltHouse, buildHouse } from '../src/start/build-house.ts'
import type { Scratch } from './scratch.ts'

/** The product's house in this process, for what has no door to the outside. */
export function openHouse(
  scratch: Scratch,
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<BuiltHouse> {
  const config = readConfig({ ...scratch.env(databaseUrl, 0), PORT: '3000', ...env })
  return buildHouse({ config, clock: systemClock, log: createLog('error', 'bench'), role: 'bench' })
}
