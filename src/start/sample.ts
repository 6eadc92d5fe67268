import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import type { Environment } from '../config.ts'
import { codeRoot } from '../root.ts'

/**
 * Fills an empty database beside a sandbox with the sample company's past year. The sandbox tells it as JSON and a program
 * of the product writes it, so that neither knows the other. Answers how many leads were written.
 */
export async function fillWithSample(databaseUrl: string, env: Environment, signal: AbortSignal): Promise<number> {
  return (await isEmpty(databaseUrl)) ? loadSample(env, signal) : 0
}

/** The same into a database that need not be empty. */
export async function loadSample(env: Environment, signal?: AbortSignal): Promise<number> {
  const run = (module: string) => {
    const child = spawn(process.execPath, ['--enable-source-maps', module], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      signal,
    })
    const ended = new Promise<void>((done, fail) => {
      child
        .on('error', fail)
        .on('exit', (code) => (code === 0 ? done() : fail(new Error(`${module} ended with ${code}`))))
    })
    return { child, ended }
  }
  const told = run(moduleOf('sandbox/print-sample'))
  const written = run(moduleOf('src/start/seed-sample'))
  told.child.stdout.pipe(written.child.stdin)
  told.child.stdin.end()
  const [, , answer] = await Promise.all([told.ended, written.ended, text(written.child.stdout)])
  return Number(answer.trim().split('\n').at(-1)) || 0
}

const moduleOf = (path: string): string => {
  const found = ['js', 'ts'].map((ending) => join(codeRoot, `${path}.${ending}`)).find(existsSync)
  if (!found) throw new Error(`找不到 ${path} · missing`)
  return found
}

async function isEmpty(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ empty: boolean }>(
      // Whoever wiped the sample does not want it again at the next start.
      "SELECT NOT EXISTS (SELECT 1 FROM leads) AND NOT EXISTS (SELECT 1 FROM settings WHERE key = 'sample') AS empty",
    )
    return rows[0]?.empty ?? false
  } finally {
    await client.end()
  }
}
