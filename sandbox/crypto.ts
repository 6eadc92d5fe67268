import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * The platform's side of the callback encryption (WeCom doc 90968): random(16) ‖ length(4, big-endian) ‖ message ‖ receiveid,
 * padded by PKCS#7 to 32, AES-256-CBC. Written apart from the product, so that the two cannot share a fault.
 */
export function encrypt(aesKey: string, message: string, receiveId: string): string {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const body = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([randomBytes(16), length, body, Buffer.from(receiveId, 'utf8')])
  const pad = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    'base64',
  )
}

/** Lower-case hex SHA-1 over the four strings in byte order. */
export function sign(token: string, timestamp: string, nonce: string, encrypted: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join('')).digest('hex')
}

export function nonce(): string {
  return String(randomBytes(4).readUInt32BE()).padStart(10, '1')
}
