import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { dataDirOf, type Environment, readEnvironment } from '../config.ts'
import { identityOf } from './lock.mjs'

interface Life {
  pid: number
  identity: string
}

interface Record {
  parent: Life
  children: Life[]
  /** What the parent added to the environment: how to reach the parts that it started. */
  added: { [name: string]: string }
}

const fileOf = (dataDir: string) => join(dataDir, 'running.json')

/** Writes down what runs, for the commands beside it and for the next start after a kill. Readable by nobody else. */
export function recordRunning(dataDir: string, children: (number | undefined)[], added: Record['added']): void {
  const record: Record = {
    parent: lifeOf(process.pid),
    children: children.filter((pid) => pid !== undefined).map(lifeOf),
    added,
  }
  const part = `${fileOf(dataDir)}.part`
  writeFileSync(part, JSON.stringify(record), { mode: 0o600 })
  renameSync(part, fileOf(dataDir))
}

export function forgetRunning(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true })
}

/**
 * Ends the children of a parent that was killed. They are draining already; after a moment they are killed, so that the
 * next start need not wait for their port. Answers how many there were. The caller holds the lock of `dataDir`.
 */
export async function endLeftovers(dataDir: string, patienceMs = 1_500): Promise<number> {
  const left = read(dataDir)?.children.filter(isAlive) ?? []
  for (const { pid } of left) process.kill(pid, 'SIGTERM')
  const begin = performance.now()
  while (left.some(isAlive) && performance.now() - begin < patienceMs) await wait(20)
  for (const { pid } of left.filter(isAlive)) process.kill(pid, 'SIGKILL')
  forgetRunning(dataDir)
  return left.length
}

/**
 * The environment for a command that works beside a running server: what the operator set, completed by what the server
 * started for itself (embedded database, sandbox). Give it to `readConfig`.
 */
export function commandEnvironment(): Environment {
  const env = readEnvironment()
  const record = read(dataDirOf(env))
  if (!record || !isAlive(record.parent)) return env
  return { ...env, ...record.added }
}

const isAlive = ({ pid, identity }: Life) => identityOf(pid) === identity
const lifeOf = (pid: number): Life => ({ pid, identity: identityOf(pid) ?? '' })

function read(dataDir: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Record
  } catch {
    return undefined
  }
}
