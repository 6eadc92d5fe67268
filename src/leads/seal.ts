import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Encrypts what must not be readable at rest, and makes blind indexes by which it can still be found. */
export interface Seal {
  /** AES-256-GCM with a random 96-bit nonce; `keyId.nonce.tag.ciphertext` in base64url. */
  close(plain: string): string
  /** @throws Error when the text was made with a key not at hand, or was changed. */
  open(sealed: string): string
  /** HMAC-SHA-256 of kind and value: equal values have equal indexes, nothing else can be told. */
  index(kind: string, value: string): string
}

/**
 * Keys are derived from DATA_KEY (32 bytes) by HKDF-SHA-256, one for sealing and one for indexes.
 * `old` keys still open what they closed; new text is always closed with the first.
 */
export function createSeal(dataKey: Buffer, old: readonly Buffer[] = []): Seal {
  const rings = [dataKey, ...old].map((key) => {
    if (key.length !== 32) throw new RangeError('DATA_KEY must be 32 bytes in base64')
    return {
      id: createHmac('sha256', key).update('id').digest('base64url').slice(0, 6),
      seal: Buffer.from(hkdfSync('sha256', key, '', 'bowtie seal', 32)),
    }
  })
  const current = rings[0] as (typeof rings)[number]
  const nextNonce = nonces()
  const indexKey = Buffer.from(hkdfSync('sha256', dataKey, '', 'bowtie index', 32))
  return {
    close(plain) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', current.seal, nonce)
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [
        current.id,
        nonce.toString('base64url'),
        cipher.getAuthTag().toString('base64url'),
        text.toString('base64url'),
      ].join('.')
    },
    open(sealed) {
      const [id, nonce, tag, text] = sealed.split('.')
      const ring = rings.find((candidate) => candidate.id === id)
      if (!ring || nonce === undefined || tag === undefined || text === undefined)
        throw new Error('sealed with a key that is not at hand')
      const decipher = createDecipheriv('aes-256-gcm', ring.seal, Buffer.from(nonce, 'base64url'))
      decipher.setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8')
    },
    index: (kind, value) => createHmac('sha256', indexKey).update(`${kind}\0${value}`).digest('base64url'),
  }
}

const nonceBytes = 12

/** Random nonces, fetched from the system many at a time: asking costs more than sealing. */
function nonces(): () => Buffer {
  let pool = Buffer.alloc(0)
  let at = 0
  return () => {
    if (at === pool.length) {
      pool = randomBytes(nonceBytes * 512)
      at = 0
    }
    at += nonceBytes
    return pool.subarray(at - nonceBytes, at)
  }
}
