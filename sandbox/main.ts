import { sandboxCredentials } from './credentials.ts'
import { startSandbox } from './start.ts'

const { env } = process
const { corpId, agentId, secret, token, aesKey } = sandboxCredentials

const sandbox = await startSandbox({
  port: Number(env.SANDBOX_PORT ?? 0),
  host: env.SANDBOX_HOST || undefined,
  corpId: env.SANDBOX_CORP_ID || corpId,
  agentId: Number(env.SANDBOX_AGENT_ID || agentId),
  secret: env.SANDBOX_SECRET || secret,
  token: env.SANDBOX_TOKEN || token,
  aesKey: env.SANDBOX_AES_KEY || aesKey,
  callbackUrl: env.SANDBOX_CALLBACK_URL || undefined,
  publicUrl: env.SANDBOX_URL || undefined,
  appUrl: env.SANDBOX_APP_URL || undefined,
  snapshotFile: env.SANDBOX_SNAPSHOT || undefined,
})

let closing = false
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (closing) return
    closing = true
    setTimeout(() => process.exit(0), 1500).unref()
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })

process.stdout.write(`${JSON.stringify({ ready: true, url: sandbox.url })}\n`)
