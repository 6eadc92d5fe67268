import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { SealKeys } from './seal-keys.ts'

/** Encrypts what must not be readable at rest, and makes blind indexes by which it can still be found. */
export interface Seal {
  /** AES-256-GCM with a random 96-bit nonce; `keyId.nonce.tag.ciphertext` in base64url. */
  close(plain: string): string
  /** @throws Error when the text was made with a key not at hand, or was changed. */
  open(sealed: string): string
  /** HMAC-SHA-256 of kind and value: equal values have equal indexes, nothing else can be told. */
  index(kind: string, value: string): string
}

export function createSeal({ id, seal, index }: SealKeys): Seal {
  const nextNonce = nonces()
  return {
    close(plain) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', seal, nonce)
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [id, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.')
    },
    open(sealed) {
      const [by, nonce, tag, text] = sealed.split('.')
      if (by !== id || nonce === undefined || tag === undefined || text === undefined)
        throw new Error('sealed with a key that is not at hand')
      const decipher = createDecipheriv('aes-256-gcm', seal, Buffer.from(nonce, 'base64url'))
      decipher.setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8')
    },
    index: (kind, value) => createHmac('sha256', index).update(`${kind}\0${value}`).digest('base64url'),
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
