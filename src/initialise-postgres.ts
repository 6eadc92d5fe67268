import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './postgres-binaries.ts'

/** The superuser of an embedded server. Its password lies in the data directory. */
export const postgresUser = 'bowtie'
export const passwordFileOf = (dir: string) => join(dir, 'bowtie.password')

/** Built aside and moved into place at the end, so that an interrupted first start leaves nothing half made. */
export async function initialisePostgres(
  dir: string,
  initdb: string,
  account: Account,
  say: (line: string) => void,
  signal?: AbortSignal,
) {
  say('首次启动：正在初始化内置 PostgreSQL… · first start: creating the embedded PostgreSQL')
  const nursery = `${dir}.new`
  await rm(nursery, { recursive: true, force: true })
  await mkdir(nursery, { mode: 0o700 })
  const passwordFile = passwordFileOf(nursery)
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  const { uid, gid } = account
  if (uid !== undefined) for (const path of [nursery, passwordFile]) await chown(path, uid, gid)
  const data = join(nursery, 'data')
  // Trigrams ask the C library what a letter is: with the locale C no Chinese character is one.
  const locales = ['C.UTF-8', 'en_US.UTF-8', 'C']
  for (const locale of locales) {
    const args = [`--pgdata=${data}`, `--username=${postgresUser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    args.push('--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${locale}`)
    // Thousands of rounds of hashing at every connection guard weak passwords; ours has 192 random bits.
    args.push('--set=scram_iterations=64')
    const fault = await runInitdb(initdb, args, account, signal)
    if (fault === undefined) break
    await rm(data, { recursive: true, force: true })
    signal?.throwIfAborted()
    if (/invalid locale|locale name/i.test(fault) && locale !== locales.at(-1)) continue
    throw new Error(`内置 PostgreSQL 初始化失败 · initdb failed\n${fault.trim()}`)
  }
  await rename(passwordFile, passwordFileOf(data))
  await rename(data, dir)
  await rm(nursery, { recursive: true, force: true })
}

/** Answers what it said when it failed. It has helpers, so that giving up means ending its whole process group. */
async function runInitdb(initdb: string, args: string[], { uid, gid }: Account, signal?: AbortSignal) {
  const child = spawn(initdb, args, { uid, gid, env: serverEnv(), detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk
  })
  const giveUp = () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  signal?.addEventListener('abort', giveUp)
  try {
    // Its output closes when the last of the group is gone.
    const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
    return code === 0 ? undefined : words
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Nothing of ours: a PGHOST or PGOPTIONS in the operator's shell must not reach the server. */
export function serverEnv() {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' }
}
