import { createHmac } from 'node:crypto'

/** The headers by which the other side knows that it is us, when, and whether it has this call already. */
export function signedHeaders(key: string, call: { id: string; body: string }, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const mac = createHmac('sha256', key).update(`${timestamp}.${call.body}`).digest('hex')
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Bowtie',
    'x-bowtie-id': call.id,
    'x-bowtie-timestamp': timestamp,
    'x-bowtie-signature': `v1=${mac}`,
  }
}
