import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identityOf, takeLock, waitForLock } from '../../../src/start/lock.mjs'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'))
  path = join(dir, 'a.lock')
})
afterEach(() => rmSync(dir, { recursive: true }))

test('a lock has one holder, who is named to the others, and is free after its release', () => {
  const mine = takeLock(path)
  expect(takeLock(path)).toEqual({ holder: process.pid })
  mine.release?.()
  const again = takeLock(path)
  expect(again.release).toBeTypeOf('function')
  again.release?.()
  expect(readdirSync(dir)).toEqual([])
})

test('a lock of the dead is taken over, also when their pid lives again in another process', () => {
  for (const dead of [
    { pid: 999_999_999, identity: 'boot 1' },
    { pid: process.pid, identity: 'an earlier boot 77' },
    { pid: process.pid },
  ]) {
    writeFileSync(path, JSON.stringify(dead))
    const lock = takeLock(path)
    expect(lock.release).toBeTypeOf('function')
    lock.release?.()
  }
  writeFileSync(path, 'torn {')
  expect(takeLock(path).release).toBeTypeOf('function')
})

test('waiting ends when the holder releases', async () => {
  const mine = takeLock(path)
  const waits: number[] = []
  const waiting = waitForLock(path, (holder) => {
    waits.push(holder)
    mine.release?.()
  })
  ;(await waiting).release()
  expect(waits).toEqual([process.pid])
})

test('of many processes that find a dead lock at once exactly one at a time has it', { timeout: 60_000 }, async () => {
  writeFileSync(path, JSON.stringify({ pid: 999_999_999, identity: 'boot 1' }))
  const program = `
    import { waitForLock } from ${JSON.stringify(join(import.meta.dirname, '../../../src/start/lock.mjs'))}
    import { rmdirSync, mkdirSync } from 'node:fs'
    for (let i = 0; i < 5; i++) {
      const lock = await waitForLock(${JSON.stringify(path)})
      mkdirSync(${JSON.stringify(join(dir, 'inside'))})
      await new Promise((done) => setTimeout(done, 2))
      rmdirSync(${JSON.stringify(join(dir, 'inside'))})
      lock.release()
    }`
  const codes = await Promise.all(
    Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
      return new Promise((done) => child.once('exit', done))
    }),
  )
  expect(codes).toEqual([0, 0, 0, 0, 0, 0])
})

test('a process that ended has no identity', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  expect(identityOf(child.pid as number)).toBeTypeOf('string')
  await new Promise((done) => child.once('exit', done))
  expect(identityOf(child.pid as number)).toBeUndefined()
})
