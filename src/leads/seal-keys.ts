import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { ConfigError } from '../config.ts'
import type { Sql } from '../db.ts'

/** What seals and what finds. `id` stands before everything they sealed. */
export interface SealKeys {
  id: string
  seal: Buffer
  index: Buffer
}

interface Given {
  dataKey: Buffer
  dataKeyOld?: Buffer | undefined
}

/**
 * The keys of this database. They are random, are made once, and never change; DATA_KEY only wraps them, so that another DATA_KEY
 * means one row written anew: every blind index, and every stone of somebody forgotten, is found as before. What the old DATA_KEY
 * (`dataKeyOld`) still wraps is wrapped by the new one at once. A database that is older than this table has keys derived
 * from its first DATA_KEY, and keeps them.
 * The caller's transaction ends soon: whoever starts meanwhile waits for it.
 * @throws ConfigError naming DATA_KEY when neither key opens what is there
 */
export async function openSealKeys(tx: Sql, given: Given): Promise<SealKeys> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('data-keys', 0))`)
  const [row] = await tx.query<{ wrapped: string; wrappedBy: string }>(
    'SELECT wrapped, wrapped_by AS "wrappedBy" FROM data_keys',
  )
  const wrapper = [given.dataKey, given.dataKeyOld].find((one) => one && row && idOf(one) === row.wrappedBy)
  if (row && !wrapper) throw unknownKey()
  if (row && wrapper === given.dataKey) return unwrap(wrapper, row.wrapped)
  const keys = row && wrapper ? unwrap(wrapper, row.wrapped) : ((await derivedBefore(tx, given)) ?? makeKeys())
  await tx.query(
    `INSERT INTO data_keys (id, wrapped, wrapped_by) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped, wrapped_by = excluded.wrapped_by, at = now()`,
    [keys.id, wrap(given.dataKey, keys), idOf(given.dataKey)],
  )
  return keys
}

/** Keys that are nothing but DATA_KEY in another form, by HKDF-SHA-256. */
export function deriveKeys(dataKey: Buffer): SealKeys {
  return {
    id: idOf(dataKey),
    seal: Buffer.from(hkdfSync('sha256', dataKey, '', 'bowtie seal', 32)),
    index: Buffer.from(hkdfSync('sha256', dataKey, '', 'bowtie index', 32)),
  }
}

/** The keys by which something is sealed here already; null: nothing is. */
async function derivedBefore(tx: Sql, { dataKey, dataKeyOld }: Given): Promise<SealKeys | null> {
  const [sealed] = await tx.query<{ text: string | null }>(
    `SELECT coalesce((SELECT sealed FROM identities WHERE sealed IS NOT NULL LIMIT 1), (SELECT key_sealed FROM webhooks LIMIT 1)) AS text
     WHERE EXISTS (SELECT FROM identities WHERE sealed IS NOT NULL) OR EXISTS (SELECT FROM webhooks) OR EXISTS (SELECT FROM tombstones)`,
  )
  if (!sealed) return null
  const by = sealed.text?.split('.')[0]
  const key = [dataKey, dataKeyOld].find((one) => one && (by === undefined || idOf(one) === by))
  if (!key) throw unknownKey()
  return deriveKeys(key)
}

const idOf = (dataKey: Buffer): string => createHmac('sha256', dataKey).update('id').digest('base64url').slice(0, 6)
const makeKeys = (): SealKeys => ({
  id: randomBytes(6).toString('base64url'),
  seal: randomBytes(32),
  index: randomBytes(32),
})
const wrapperOf = (dataKey: Buffer): Buffer => Buffer.from(hkdfSync('sha256', dataKey, '', 'bowtie wrap', 32))

/** AES-256-GCM; the id is written beside, and bound to what is within. */
function wrap(dataKey: Buffer, { id, seal, index }: SealKeys): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', wrapperOf(dataKey), nonce).setAAD(Buffer.from(id))
  const body = Buffer.concat([cipher.update(Buffer.concat([seal, index])), cipher.final()])
  return [id, ...[nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url'))].join('.')
}

function unwrap(dataKey: Buffer, wrapped: string): SealKeys {
  const [id = '', ...parts] = wrapped.split('.')
  const [nonce, tag, body] = parts.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer]
  const decipher = createDecipheriv('aes-256-gcm', wrapperOf(dataKey), nonce).setAAD(Buffer.from(id)).setAuthTag(tag)
  const both = Buffer.concat([decipher.update(body), decipher.final()])
  return { id, seal: both.subarray(0, 32), index: both.subarray(32) }
}

const unknownKey = () =>
  new ConfigError([
    {
      name: 'DATA_KEY',
      fault:
        '打不开这个数据库里的密钥：请填回原来的值；正在更换时，把原来的值放进 DATA_KEY_OLD · it does not open the keys of this database: give the one it had, or, while you change it, put that one into DATA_KEY_OLD',
    },
  ])
