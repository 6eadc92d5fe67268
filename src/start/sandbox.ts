import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, LaunchConfig } from '../config.ts'
import { codeRoot } from '../root.ts'
import { type ChildOptions, keepRunning } from './child.ts'
import { nextFree } from './ports.ts'

/**
 * Where the sandbox WeCom will be, and both sides' environment for it. The roles are given WECOM_* as for a real corp and
 * do not know the difference, but for BOWTIE_SANDBOX=1, which only changes what is printed and how a newcomer signs in.
 */
export async function planSandbox(config: LaunchConfig) {
  const port = await nextFree(config.port + 1, config.host)
  // Browsers come from where they reach the app; the roles are on this machine.
  const outside = new URL(config.publicUrl)
  const seen = `http://${outside.hostname}:${port}`
  const corp = corpOf(config.dataKey)
  return {
    url: seen,
    forRoles: {
      ...Object.fromEntries(Object.entries(corp).map(([name, value]) => [`WECOM_${name}`, value])),
      WECOM_API_URL: onThisMachine(config.host, port),
      WECOM_OAUTH_URL: `${seen}/connect/oauth2/authorize`,
      BOWTIE_SANDBOX: '1',
      BOWTIE_SANDBOX_URL: seen,
    },
    forSandbox: {
      ...Object.fromEntries(Object.entries(corp).map(([name, value]) => [`SANDBOX_${name}`, value])),
      SANDBOX_PORT: String(port),
      SANDBOX_HOST: config.host,
      SANDBOX_CALLBACK_URL: `${onThisMachine(config.host, config.port)}/wecom/callback`,
      SANDBOX_SNAPSHOT: join(config.dataDir, 'sandbox.json'),
      SANDBOX_APP_URL: config.publicUrl,
    },
  }
}

/** The sandbox is a program of its own, which nothing here imports. It ends when its parent is gone. */
export function runSandbox(env: Environment, given: Pick<ChildOptions, 'say' | 'onGiveUp' | 'onPid'>) {
  const module = ['js', 'ts'].map((ending) => join(codeRoot, `sandbox/main.${ending}`)).find(existsSync)
  if (!module) throw new Error(`找不到沙盒程序 ${codeRoot}/sandbox/main · the sandbox is missing`)
  const leash = join(import.meta.dirname, 'leash.js')
  return keepRunning({ name: 'sandbox', module, env, preload: [leash], readyOnStdout: true, ...given })
}

/** How to reach on this machine what listens on `host`. */
function onThisMachine(host: string, port: number) {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/** The corp's credentials follow from the data key: the same at every start, different in every installation. */
function corpOf(dataKey: Buffer) {
  const text = (what: string, length: number) =>
    createHmac('sha512', dataKey).update(`sandbox ${what}`).digest('base64').replace(/[+/=]/g, '').slice(0, length)
  return {
    CORP_ID: `ww${createHmac('sha256', dataKey).update('sandbox corp').digest('hex').slice(0, 16)}`,
    AGENT_ID: '1000002',
    SECRET: text('secret', 43),
    TOKEN: text('token', 32),
    AES_KEY: text('aes key', 43),
  }
}
