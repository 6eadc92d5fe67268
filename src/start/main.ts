import { mkdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import {
  ConfigError,
  type Environment,
  type LaunchConfig,
  readConfig,
  readEnvironment,
  readLaunchConfig,
} from '../config.ts'
import { type EmbeddedPostgres, embeddedPostgres } from '../embedded-postgres.ts'
import { migrate } from '../migrate.ts'
import { projectRoot } from '../root.ts'
import { type Child, keepRunning } from './child.ts'
import { otherCorp } from './corp.ts'
import { checkKeys } from './keys.ts'
import { takeLock } from './lock.mjs'
import { isFree } from './ports.ts'
import { endLeftovers, forgetRunning, recordRunning } from './running.ts'
import { fillWithSample } from './sample.ts'
import { planSandbox, runSandbox } from './sandbox.ts'
import { watchSources } from './watch.ts'

/** The roles have this long to drain, the parts behind them the rest of ten seconds. */
const drainMs = 7_500
const partsMs = 1_500

/** Something the person who starts us can mend; said in one line, without a stack. */
class StartRefused extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message)
    this.name = 'StartRefused'
  }
}

const say = (line: string) => console.log(`· ${line}`)

/** Everything that runs, in the order of starting; ended in the opposite order. */
const running: {
  postgres?: EmbeddedPostgres
  sandbox?: Child
  roles: Child[]
  watching?: () => void
  release?: () => void
} = {
  roles: [],
}
const starting = new AbortController()
let leavingSince = 0
let begunPostgres: Promise<void> = Promise.resolve()

async function main() {
  const { only, watch } = readArguments(process.argv.slice(2))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
  for (const bug of ['uncaughtException', 'unhandledRejection'] as const) process.on(bug, onBug)

  const env = readEnvironment()
  const config = only ? readConfig(env) : readLaunchConfig(env)
  const roles = only ?? ['web', 'worker', ...(config.bot ? ['bot'] : [])]
  const added = only ? {} : await startParts(config)
  await migrate(
    config.databaseUrl ?? (added as Environment).DATABASE_URL ?? '',
    join(projectRoot, 'prisma/migrations'),
    {
      log: say,
    },
  ).catch((error: Error) => {
    if (error instanceof AggregateError || 'syscall' in error)
      throw new StartRefused(
        1,
        `连不上数据库，请检查 DATABASE_URL（${'code' in error ? error.code : error.message}）· the database cannot be reached`,
      )
    throw error
  })
  starting.signal.throwIfAborted()
  const childEnv: Environment = { ...env, ...added }
  const owner = await otherCorp(childEnv.DATABASE_URL ?? '', childEnv.WECOM_CORP_ID ?? '')
  if (owner !== null)
    throw new StartRefused(
      78,
      `这个数据库属于企业 ${owner}，不能换成 ${childEnv.WECOM_CORP_ID}：请换一个空的 DATA_DIR（或空的数据库）· this database belongs to another corp, start with an empty one`,
    )
  await checkKeys(childEnv.DATABASE_URL ?? '', config)

  const record = () => {
    if (!only)
      recordRunning(
        config.dataDir,
        [...running.roles, running.sandbox].map((child) => child?.pid),
        added,
      )
  }
  if (running.sandbox) {
    const count = await fillWithSample(childEnv.DATABASE_URL ?? '', childEnv, starting.signal)
    if (count > 0) say(`已载入样例公司与 ${count} 条线索 · the sample company is in`)
  }
  for (const name of roles) {
    const module = join(import.meta.dirname, `${name}${extname(import.meta.filename)}`)
    running.roles.push(
      keepRunning({
        name,
        module,
        env: childEnv,
        say,
        onGiveUp: (code) => void leave(code),
        onPid: () => setImmediate(record),
      }),
    )
  }
  const ready = await allReady([...running.roles, ...(running.sandbox ? [running.sandbox] : [])])
  record()
  announce(config.dataDir, ready.find(({ consoleUrl }) => consoleUrl)?.consoleUrl, childEnv.BOWTIE_SANDBOX_URL)
  if (watch) running.watching = watchSources({ say, roles: running.roles, sandbox: running.sandbox })
}

/** `--only=web,worker` · `--watch`. @throws StartRefused */
function readArguments(args: string[]) {
  let only: string[] | undefined
  let watch = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (arg === '--watch') watch = true
    else if (arg === '--only' || arg.startsWith('--only='))
      only = (arg === '--only' ? (args[++i] ?? '') : arg.slice(7)).split(',').filter(Boolean)
    else throw new StartRefused(64, `不认识的参数 ${arg}，可用 --only=web,worker,bot 与 --watch · unknown argument`)
  }
  const unknown = only?.filter((role) => !['web', 'worker', 'bot'].includes(role))
  if (only && (only.length === 0 || unknown?.length))
    throw new StartRefused(
      64,
      `--only 只能是 web、worker、bot 的组合 · --only takes web, worker and bot, separated by commas`,
    )
  return { only, watch }
}

/** What a bare machine lacks: one start per data directory, a database, a WeCom. Answers what to add to the environment. */
async function startParts(config: LaunchConfig): Promise<{ [name: string]: string }> {
  mkdirSync(config.dataDir, { recursive: true })
  const lock = takeLock(join(config.dataDir, 'bowtie.lock'))
  if (!lock.release)
    throw new StartRefused(
      1,
      `Bowtie 已在运行（进程 ${lock.holder}，数据目录 ${config.dataDir}），请先停止它或换一个 DATA_DIR · already running on this DATA_DIR`,
    )
  running.release = () => {
    forgetRunning(config.dataDir)
    lock.release()
  }
  if ((await endLeftovers(config.dataDir)) > 0) say('已清理上次遗留的进程 · ended what the last run left behind')
  const free = await isFree(config.port, config.host).catch((error: Error) => {
    throw new StartRefused(1, `无法监听 ${config.host}:${config.port}（${error.message}）· cannot listen there`)
  })
  if (!free)
    throw new StartRefused(
      1,
      `端口 ${config.port} 已被占用，请换一个，例如 PORT=${config.port + 10} npm start · the port is taken`,
    )

  const sandbox = config.wecom ? undefined : await planSandbox(config)
  starting.signal.throwIfAborted()
  const added: { [name: string]: string } = {
    SESSION_SECRET: config.sessionSecret,
    DATA_KEY: config.dataKey.toString('base64'),
    ...sandbox?.forRoles,
  }
  if (sandbox)
    running.sandbox = runSandbox(
      { ...readEnvironment(), ...sandbox.forSandbox },
      { say, onGiveUp: (code) => void leave(code) },
    )
  if (!config.databaseUrl) {
    begunPostgres = startPostgres(config)
    await begunPostgres
    added.DATABASE_URL = running.postgres?.url() ?? ''
  }
  return added
}

async function startPostgres(config: LaunchConfig, port?: number) {
  const dir = join(config.dataDir, 'postgres')
  running.postgres = await embeddedPostgres({ dir, port, say, signal: starting.signal })
  const guard = setInterval(() => {
    if (starting.signal.aborted || running.postgres?.isAlive()) return
    clearInterval(guard)
    say('内置 PostgreSQL 意外结束，正在重新启动 · the embedded PostgreSQL ended unexpectedly, restarting it')
    begunPostgres = startPostgres(config, running.postgres?.port)
    begunPostgres.catch(fail)
  }, 2_000)
  guard.unref()
}

/** Every child's first word; tells whom it waits for, and stops waiting when we are asked to end. */
async function allReady(children: Child[]) {
  const waitingFor = new Set(children.map(({ name }) => name))
  const heartbeat = setInterval(() => say(`等待 ${[...waitingFor].join('、')} 就绪… · waiting`), 10_000)
  const aborted = new Promise<never>((_, reject) => {
    starting.signal.addEventListener('abort', () => reject(starting.signal.reason))
  })
  try {
    return await Promise.race([
      aborted,
      Promise.all(
        children.map(async ({ name, ready }) => {
          const message = await ready
          waitingFor.delete(name)
          return message
        }),
      ),
    ])
  } finally {
    clearInterval(heartbeat)
    aborted.catch(() => {})
  }
}

function announce(dataDir: string, consoleUrl?: string, sandboxUrl?: string) {
  const seconds = (performance.now() / 1000).toFixed(1)
  console.log(`\nBowtie 已就绪，用时 ${seconds} 秒 · ready in ${seconds} s`)
  if (consoleUrl) console.log(`  控制台 Console          ${consoleUrl}`)
  if (sandboxUrl) console.log(`  沙盒企业微信 Sandbox    ${sandboxUrl}`)
  console.log(`  数据目录 Data           ${dataDir}\n  按 Ctrl-C 停止 · Ctrl-C stops everything\n`)
}

/** npm passes one Ctrl-C on a second time; only a later one is meant as "hurry". */
function onSignal(signal: NodeJS.Signals) {
  if (!starting.signal.aborted) void leave(0)
  else if (signal === 'SIGINT' && performance.now() - leavingSince > 1_000)
    for (const child of running.roles) child.kill()
}

/** One more fault while leaving must not keep us here for ever. */
function onBug(error: unknown) {
  if (!starting.signal.aborted) return fail(error)
  console.error(error)
  process.exit(1)
}

function fail(error: unknown) {
  if (starting.signal.aborted) return
  if (error instanceof StartRefused || error instanceof ConfigError) console.error(error.message)
  else console.error(error)
  void leave(error instanceof ConfigError ? 78 : error instanceof StartRefused ? error.exitCode : 1)
}

/** Ends everything in order, the database last, and then ourselves. */
async function leave(code: number) {
  if (starting.signal.aborted) return
  starting.abort()
  leavingSince = performance.now()
  if (running.roles.length > 0) say('正在收尾… · draining')
  running.watching?.()
  await Promise.all(running.roles.map((child) => child.stop(drainMs)))
  await Promise.all([
    running.sandbox?.stop(partsMs),
    running.postgres?.stop(partsMs),
    ...[begun, begunPostgres].map((begun) => begun.catch(() => {})),
  ])
  // What was just being started when we were asked to end is there only now.
  await Promise.all([...running.roles, running.sandbox].map((child) => child?.stop(0)))
  await running.postgres?.stop(partsMs)
  running.release?.()
  process.exit(code)
}

const begun = main()
begun.catch(fail)
