/**
 * The limit of the callback door, written by hand: node:http, node:crypto and micro-batched `INSERT … unnest`, nothing else.
 * It keeps the promise that matters (200 only after the commit, each message once) and none of the others.
 */
import { createDecipheriv, createHash, hash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const { BENCH_DATABASE_URL, BENCH_TOKEN = '', BENCH_AES_KEY = '', BENCH_CORP_ID = '' } = process.env
const key = Buffer.from(`${BENCH_AES_KEY}=`, 'base64')
const pool = new pg.Pool({ connectionString: BENCH_DATABASE_URL, max: 2 })
await pool.query(
  `CREATE TABLE IF NOT EXISTS bare_inbox (key bytea PRIMARY KEY, at timestamptz NOT NULL, path text NOT NULL, subject text NOT NULL, body text NOT NULL)`,
)

interface Waiting {
  key: Buffer
  at: Date
  path: string
  subject: string
  body: string
  done: (stored: boolean) => void
}
let waiting: Waiting[] = []
let inFlight = 0

function pump(): void {
  while (inFlight < 2 && waiting.length > 0) {
    const batch = waiting.slice(0, 500)
    waiting = waiting.slice(500)
    inFlight++
    pool
      .query({
        name: 'store',
        text: 'INSERT INTO bare_inbox SELECT * FROM unnest($1::bytea[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING',
        values: [
          batch.map((row) => row.key),
          batch.map((row) => row.at),
          batch.map((row) => row.path),
          batch.map((row) => row.subject),
          batch.map((row) => row.body),
        ],
      })
      .then(
        () => true,
        () => false,
      )
      .then((stored) => {
        for (const { done } of batch) done(stored)
        inFlight--
        pump()
      })
  }
}

function open(url: string, envelope: string): string | undefined {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1))
  const sealed = between(envelope, 'Encrypt')
  const expected = createHash('sha1')
    .update([BENCH_TOKEN, query.get('timestamp') ?? '', query.get('nonce') ?? '', sealed].sort().join(''))
    .digest('hex')
  const given = query.get('msg_signature') ?? ''
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return undefined
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(sealed, 'base64'), decipher.final()])
  const end = 20 + plain.readUInt32BE(16)
  const padding = plain[plain.length - 1] ?? 0
  if (plain.toString('utf8', end, plain.length - padding) !== BENCH_CORP_ID) return undefined
  return plain.toString('utf8', 20, end)
}

function between(xml: string, name: string): string {
  const from = xml.indexOf(`<${name}><![CDATA[`)
  return from < 0 ? '' : xml.slice(from + name.length + 11, xml.indexOf(']]>', from))
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = open(request.url ?? '', Buffer.concat(chunks).toString())
    if (body === undefined) return void response.writeHead(403).end()
    waiting.push({
      key: Buffer.from(hash('sha256', body), 'hex'),
      at: new Date(),
      path: `${between(body, 'Event')}/${between(body, 'ChangeType')}`,
      subject: between(body, 'ExternalUserID'),
      body,
      done: (stored) =>
        response
          .writeHead(stored ? 200 : 503, { 'Content-Type': 'text/plain', 'Content-Length': stored ? 7 : 0 })
          .end(stored ? 'success' : ''),
    })
    if (waiting.length === 1) setImmediate(pump)
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => process.send?.({ ready: true, port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
