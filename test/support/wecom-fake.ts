import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './at-end.ts'

/** One request as the fake received it. */
export interface Received {
  path: string
  method: string
  query: Record<string, string>
  type: string
  raw: Buffer
  body: unknown
}

/** What the fake says: an object as JSON, or a function that answers by hand. */
export type Scripted =
  | object
  | ((
      received: Received,
      response: ServerResponse,
      request: IncomingMessage,
    ) => object | undefined | Promise<object | undefined>)

export interface FakeWecom {
  url: string
  received: Received[]
  /** The next answers of one API, in turn; the last one stays. Without any: errcode 0, and a token for gettoken. */
  script(path: string, ...answers: Scripted[]): void
  of(path: string): Received[]
  reset(): void
  close(): Promise<void>
}

/** The edge of the world for unit tests: a WeCom that says what it is told. Closed after the file's last test. */
export async function fakeWecom(): Promise<FakeWecom> {
  const received: Received[] = []
  const scripts = new Map<string, Scripted[]>()
  let tokens = 0
  const usual = (path: string): Scripted =>
    path === 'gettoken'
      ? () => ({ errcode: 0, errmsg: 'ok', access_token: `token-${++tokens}`, expires_in: 7200 })
      : { errcode: 0, errmsg: 'ok' }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const raw = Buffer.concat(chunks)
      const type = request.headers['content-type'] ?? ''
      const one: Received = {
        path: url.pathname.replace(/^.*\/cgi-bin\//, ''),
        method: request.method ?? '',
        query: Object.fromEntries(url.searchParams),
        type,
        raw,
        body: type === 'application/json' ? JSON.parse(raw.toString()) : undefined,
      }
      received.push(one)
      const script = scripts.get(one.path)
      const next = (script && script.length > 1 ? script.shift() : script?.[0]) ?? usual(one.path)
      const answer = typeof next === 'function' ? await next(one, response, request) : next
      if (answer && !response.destroyed)
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeWecom = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    script: (path, ...answers) => scripts.set(path, answers),
    of: (path) => received.filter((one) => one.path === path),
    reset() {
      received.length = 0
      scripts.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  atEnd(() => (server.listening ? fake.close() : undefined))
  return fake
}
