import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { systemClock } from '../clock.ts'
import { sealEnvelope } from '../wecom/crypto.ts'
import { runCommand, Usage } from './run-command.ts'

/** `npm run receive -- FILE.xml`: encrypts, signs and posts one event to the running server, as WeCom would. */
await runCommand(async ({ config, args }) => {
  const file = args[0]
  if (!file) throw new Usage('用法：npm run receive -- 文件.xml')
  const plaintext = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Usage(`读不到文件 ${file}（${error.code}）· cannot read the file`)
  })
  const { corpId } = config.wecom
  const { encrypt, signature, timestamp, nonce } = sealEnvelope(config.wecom, corpId, plaintext, {
    timestamp: Math.floor(systemClock.now().getTime() / 1000),
    nonce: randomBytes(5).toString('hex'),
  })
  const url = new URL('/wecom/callback', `http://127.0.0.1:${config.port}`)
  url.search = new URLSearchParams({ msg_signature: signature, timestamp, nonce }).toString()
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><AgentID><![CDATA[${config.wecom.agentId}]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  })
  console.log(`${answer.status} ${await answer.text()}`)
  if (!answer.ok) process.exitCode = 1
})
