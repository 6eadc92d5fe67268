import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Takes the lock file at `path` for this process. Answers `{ release }`, or `{ holder }` with the pid of the live process
 * that has it. A lock whose process is gone is taken over, also when its pid has been given to another process since.
 * Plain JavaScript because start.mjs and build.mjs need it before anything is compiled.
 */
export function takeLock(path) {
  mkdirSync(dirname(path), { recursive: true })
  const mine = `${path}.${process.pid}`
  const identity = identityOf(process.pid)
  writeFileSync(mine, `${JSON.stringify({ pid: process.pid, identity })}\n`)
  try {
    for (;;) {
      try {
        // A link appears with its whole content or not at all, and fails when the name is taken.
        linkSync(mine, path)
        return { release: () => releaseLock(path, identity) }
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
      }
      const found = read(path)
      if (found && isAlive(found)) return { holder: found.pid }
      takeAside(path, found)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Waits until the lock is free, calls `onWait(pid)` once if it was not. */
export async function waitForLock(path, onWait) {
  let told = false
  for (;;) {
    const lock = takeLock(path)
    if (lock.release) return lock
    if (!told) onWait?.(lock.holder)
    told = true
    await wait(200)
  }
}

/** What tells this life of a pid from any other: the boot and the moment it started. `undefined` when it is not running. */
export function identityOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command in parentheses may hold anything; the fields after it are fixed. 0 is the state, 19 the start time.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
    } catch {
      return undefined
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

function isAlive({ pid, identity }) {
  return identity !== undefined && identityOf(pid) === identity
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Removes a dead lock. Two may try at once: the rename gives it to one, who puts it back if it was a live one after all. */
function takeAside(path, found) {
  const aside = `${path}.${process.pid}.dead`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  const taken = read(aside)
  if (taken && taken.identity !== found?.identity && isAlive(taken)) {
    try {
      linkSync(aside, path)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
  rmSync(aside, { force: true })
}

function releaseLock(path, identity) {
  if (read(path)?.identity === identity) rmSync(path, { force: true })
}
