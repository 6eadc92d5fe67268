import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { variables } from '../src/config.ts'
import { projectRoot } from '../src/root.ts'
import { isFree } from '../src/start/ports.ts'
import type { Corp } from './callbacks.ts'
import { benchToken } from './scratch.ts'
import { onInterrupt } from './tidy.ts'

/** Everything, as `node start.mjs` starts it on a bare machine: parent, web, worker, sandbox, database. */
export interface Started {
  port: number
  /** Seconds until it said that it is ready. */
  seconds: number
  corp: Corp
  /** By what they are: parent, web, worker, sandbox. */
  pids: Record<string, number>
  databasePid: number
  /** The machine API; `as`: in a member's name. */
  api<T>(method: string, path: string, body?: unknown, as?: string): Promise<T>
  sandboxUrl: string
  /** The sandbox's own door: what people do, and what it has seen. */
  sandbox<T>(path: string, body?: unknown): Promise<T>
  stop(): Promise<void>
}

const patienceMs = 180_000

export async function start(): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'bowtie-bench-'))
  const port = await freePort()
  const unset = Object.fromEntries(Object.keys(variables).map((name) => [name, '']))
  const child = spawn(process.execPath, [join(projectRoot, 'start.mjs')], {
    env: { ...process.env, ...unset, DATA_DIR: dir, PORT: String(port), LOG_LEVEL: 'error', API_TOKEN: benchToken },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= end(child).then(() => rm(dir, { recursive: true, force: true }))
    return stopping
  }
  const forget = onInterrupt(stop)
  const [, seconds, sandboxUrl = ''] = await said(child, /用时 ([\d.]+) 秒[\s\S]*Sandbox\s+(http:\S+)/)
  const running = JSON.parse(readFileSync(join(dir, 'running.json'), 'utf8')) as {
    children: { pid: number }[]
    added: Record<string, string>
  }
  const { added } = running
  const named = running.children.map(({ pid }) => [nameOf(pid), pid] as const)
  const ask = async <T>(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<T> => {
    const answer = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return {
    port,
    seconds: Number(seconds),
    corp: {
      corpId: added.WECOM_CORP_ID ?? '',
      agentId: Number(added.WECOM_AGENT_ID),
      token: added.WECOM_TOKEN ?? '',
      aesKey: added.WECOM_AES_KEY ?? '',
    },
    pids: { parent: child.pid as number, ...Object.fromEntries(named) },
    databasePid: Number(readFileSync(join(dir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
    sandboxUrl,
    api: (method, path, body, as) =>
      ask(`http://127.0.0.1:${port}${path}`, method, body, {
        Authorization: `Bearer ${benchToken}`,
        ...(as ? { 'Act-As': as } : {}),
      }),
    sandbox: (path, body) => ask(`${sandboxUrl}/sandbox/api/${path}`, body === undefined ? 'GET' : 'POST', body, {}),
    async stop() {
      forget()
      await stop()
    },
  }
}

/** Until nothing is in the inbox and WeCom is asked for nothing more. */
export async function quiet(bowtie: Started): Promise<void> {
  for (let still = 0, before = -1; still < 3; ) {
    await wait(1_000)
    const { items } = await bowtie.api<{ items: unknown[] }>('GET', '/api/inbox?state=received&limit=1')
    const { items: calls } = await bowtie.sandbox<{ items: unknown[] }>('calls')
    still = items.length === 0 && calls.length === before ? still + 1 : 0
    before = calls.length
  }
}

/** The first match of what a program prints. */
function said(child: ChildProcess, pattern: RegExp): Promise<RegExpMatchArray> {
  let output = ''
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`not ready:\n${output}`)), patienceMs)
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk
      const match = output.match(pattern)
      if (!match) return
      clearTimeout(late)
      done(match)
    })
    child.once('exit', (code) => fail(new Error(`ended with ${code}:\n${output}`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill('SIGTERM')
  await Promise.race([ended, wait(15_000, undefined, { ref: false })])
}

function nameOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  return ['web', 'worker', 'sandbox'].find((name) => words.includes(`/${name}`)) ?? String(pid)
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port + 1, '127.0.0.1'))) return port
  }
}
