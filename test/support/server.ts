import { createServer, type Server, type ServerParts } from '../../src/http/server.ts'
import { type Acceptor, createAcceptor } from '../../src/inbox/accept.ts'
import type { TestHouse } from './house.ts'

export interface TestServer {
  url: string
  server: Server
  /** The machine API with its token, or in somebody's name. */
  call(method: string, path: string, body?: unknown, how?: CallOptions): Promise<Called>
  close(): Promise<void>
}

export interface CallOptions {
  as?: string
  key?: string
  headers?: Record<string, string>
  /** Without any credential. */
  stranger?: boolean
}

export interface Called {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  json: any
  text: string
}

export const apiToken = 'test-api-token'

/** The real server on a port of its own; every answer is checked against its schema. Close it in `afterAll`. */
export async function testServer(
  house: TestHouse,
  parts: Partial<ServerParts> & { acceptor?: Acceptor } = {},
): Promise<TestServer> {
  house.config.apiToken ??= apiToken
  const server = createServer(house, { acceptor: createAcceptor(house), checkAnswers: true, ...parts })
  const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`
  return {
    url,
    server,
    async call(method, path, body, { as, key, headers = {}, stranger = false } = {}) {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(stranger ? {} : { Authorization: `Bearer ${house.config.apiToken}` }),
          ...(as === undefined ? {} : { 'Act-As': as }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') ?? false
      return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
    },
    close: () => server.close(),
  }
}
