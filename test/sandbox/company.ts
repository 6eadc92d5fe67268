import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decrypt, getSignature } from '@wecom/crypto'
import { sandboxCredentials } from '../../sandbox/credentials.ts'
import { type SandboxOptions, startSandbox } from '../../sandbox/start.ts'
import { movableClock } from '../../src/clock.ts'

const { corpId, agentId, secret, token, aesKey } = sandboxCredentials

export interface Heard {
  xml: string
  envelope: string
  signedRight: boolean
  receiveId: string
}

/** A sandbox with staff and nobody else, a door that hears its events, and a caller with a token. */
export async function company(options: Partial<SandboxOptions> = {}) {
  const clock = movableClock('2026-11-20T02:00:00Z')
  const heard: Heard[] = []
  const answers: (number | 'hang')[] = []
  const door = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const envelope = Buffer.concat(parts).toString('utf8')
    const query = new URL(request.url ?? '', 'http://x').searchParams
    const encrypted = /<Encrypt><!\[CDATA\[(.*)\]\]><\/Encrypt>/.exec(envelope)?.[1] ?? query.get('echostr') ?? ''
    const signature = getSignature(token, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted)
    const { message, id } = decrypt(aesKey, encrypted)
    if (request.method === 'GET') return void response.end(message)
    heard.push({ xml: message, envelope, signedRight: signature === query.get('msg_signature'), receiveId: id })
    const answer = answers.shift() ?? 200
    if (answer === 'hang') return
    response.writeHead(answer)
    response.end('success')
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const callbackUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}/wecom/callback`
  const sandbox = await startSandbox({
    port: 0,
    corpId,
    agentId,
    secret,
    token,
    aesKey,
    callbackUrl,
    seed: 'staff',
    clock,
    callbackRetryMs: 5,
    ...options,
  })
  const tokenAnswer = await fetch(`${sandbox.url}/cgi-bin/gettoken?corpid=${corpId}&corpsecret=${secret}`)
  let accessToken = ((await tokenAnswer.json()) as { access_token: string }).access_token

  type Answer = Record<string, unknown> & { errcode?: number; errmsg?: string }
  async function ask(path: string, body?: unknown, query: Record<string, string> = {}): Promise<Answer> {
    const url = new URL(`${sandbox.url}/cgi-bin/${path}`)
    for (const [name, value] of Object.entries({ access_token: accessToken, ...query }))
      url.searchParams.set(name, value)
    const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
    return (await answer.json()) as Answer
  }

  return {
    sandbox,
    clock,
    heard,
    /** What the door answers to the next events; 200 after that. */
    answers,
    callbackUrl,
    /** GET without a body, POST with one. */
    ask,
    async refreshToken() {
      const { access_token } = (await ask('gettoken', undefined, { corpid: corpId, corpsecret: secret })) as {
        access_token: string
      }
      accessToken = access_token
      return access_token
    },
    /** A friend of this member, by a live code. */
    async friend(userid: string, name = '张三') {
      const { state } = await code(userid)
      const { external_userid } = await sandbox.customerScans({ state, name })
      return external_userid
    },
    code,
    /** The value of one element of the last event that has it. */
    last(element: string): string | undefined {
      const pattern = new RegExp(`<${element}>\\s*(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))\\s*</${element}>`)
      const found = heard.findLast(({ xml }) => pattern.test(xml))
      const match = found && pattern.exec(found.xml)
      return match?.[1] ?? match?.[2]
    },
    async close() {
      door.closeAllConnections()
      door.close()
      await sandbox.close()
    },
  }

  async function code(userid: string, more: Record<string, unknown> = {}) {
    const state = `s${sandbox.world.serial}`
    const answer = await ask('externalcontact/add_contact_way', { type: 1, scene: 2, state, user: [userid], ...more })
    return { state, ...answer } as { state: string; config_id: string; qr_code: string; errcode?: number }
  }
}

export type Company = Awaited<ReturnType<typeof company>>
