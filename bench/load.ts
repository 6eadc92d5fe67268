import { connect, type Socket } from 'node:net'
import type { Slice } from './compare.ts'

export interface Answered extends Slice {
  /** Milliseconds, one per request. With a schedule they count from when the request was due, not from when it could leave. */
  latencies: Float64Array
  /** Answers that were no success, or none at all. */
  failed: number
}

export interface Client {
  /** Sends every request, as many at a time as there are connections. */
  drain(requests: readonly Buffer[]): Promise<Answered>
  /** Sends the requests at a steady rate, whatever becomes of the answers. */
  pace(requests: readonly Buffer[], perSecond: number): Promise<Answered>
  close(): void
}

interface Line {
  socket: Socket
  take: ((status: number) => void) | undefined
}

/**
 * HTTP/1.1 over raw keep-alive sockets, one request under way on each. Requests are whole, prebuilt bytes: a client that
 * builds or parses would be what is measured. Answers must carry a Content-Length.
 */
export async function openClient(port: number, connections: number): Promise<Client> {
  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(port)))
  const ask = (line: Line, request: Buffer) =>
    new Promise<number>((done) => {
      line.take = done
      line.socket.write(request)
    })
  return {
    async drain(requests) {
      const latencies = new Float64Array(requests.length)
      let next = 0
      let failed = 0
      const begin = performance.now()
      await Promise.all(
        lines.map(async (line) => {
          while (next < requests.length) {
            const at = next++
            const left = performance.now()
            if (!isGood(await ask(line, requests[at] as Buffer))) failed++
            latencies[at] = performance.now() - left
          }
        }),
      )
      return { done: requests.length, seconds: (performance.now() - begin) / 1000, latencies, failed }
    },
    async pace(requests, perSecond) {
      const latencies = new Float64Array(requests.length)
      const free = [...lines]
      const due: number[] = []
      let failed = 0
      let answered = 0
      let scheduled = 0
      const begin = performance.now()
      await new Promise<void>((done) => {
        const send = (line: Line, at: number): void => {
          void ask(line, requests[at] as Buffer).then((status) => {
            if (!isGood(status)) failed++
            latencies[at] = performance.now() - begin - (at * 1000) / perSecond
            if (++answered === requests.length) {
              clearInterval(ticker)
              done()
            }
            const next = due.shift()
            if (next === undefined) free.push(line)
            else send(line, next)
          })
        }
        const ticker = setInterval(() => {
          const reached = Math.min(requests.length, Math.floor(((performance.now() - begin) * perSecond) / 1000))
          for (; scheduled < reached; scheduled++) {
            const line = free.pop()
            if (line) send(line, scheduled)
            else due.push(scheduled)
          }
        }, 1)
      })
      return { done: requests.length, seconds: (performance.now() - begin) / 1000, latencies, failed }
    },
    close() {
      for (const { socket } of lines) socket.destroy()
    },
  }
}

const isGood = (status: number): boolean => status >= 200 && status < 300

function openLine(port: number): Promise<Line> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const line: Line = { socket, take: undefined }
    let rest: Buffer | undefined
    const lost = () => {
      const { take } = line
      line.take = undefined
      take?.(0)
    }
    socket.once('connect', () => done(line))
    socket.once('error', (error) => {
      fail(error)
      lost()
    })
    socket.once('close', lost)
    socket.on('data', (chunk: Buffer) => {
      const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
      const size = sizeOf(bytes)
      if (size === undefined || bytes.length < size) {
        rest = bytes
        return
      }
      rest = undefined
      const { take } = line
      line.take = undefined
      take?.(Number(bytes.toString('latin1', 9, 12)))
    })
  })
}

/** Head and body together; undefined while the head is not whole. */
function sizeOf(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))
  return end + 4 + Number(length?.[1] ?? 0)
}

/** One request as it goes over the wire. */
export function request(method: string, path: string, headers: Record<string, string> = {}, body?: string): Buffer {
  const all = {
    Host: '127.0.0.1',
    ...headers,
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body ?? ''}`)
}
