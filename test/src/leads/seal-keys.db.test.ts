import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { deriveKeys, openSealKeys } from '../../../src/leads/seal-keys.ts'
import { testDatabase } from '../../support/db.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.close())
const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const open = async (dataKey: Buffer, dataKeyOld?: Buffer) =>
  createSeal(await db.transaction((tx) => openSealKeys(tx, { dataKey, dataKeyOld })))
const kept = () => db.query('SELECT * FROM data_keys')

beforeEach(() => db.query('TRUNCATE data_keys, webhooks, tombstones'))

test('another DATA_KEY opens what was sealed before and finds it by the same index, once the old one stood beside it', async () => {
  const before = await open(first)
  const [sealed, index] = [before.close('+8613800000001'), before.index('mobile', '+8613800000001')]
  for (const seal of [await open(second, first), await open(second), await open(third, second)]) {
    expect(seal.open(sealed)).toBe('+8613800000001')
    expect(seal.index('mobile', '+8613800000001')).toBe(index)
  }
  await expect(open(first)).rejects.toThrow(ConfigError)
  await expect(open(second)).rejects.toThrow('DATA_KEY_OLD')
  expect(await kept()).toHaveLength(1)
})

test('a DATA_KEY that opens nothing here is refused by name and changes nothing', async () => {
  await open(first)
  const before = await kept()
  await expect(open(second)).rejects.toThrow(/DATA_KEY/)
  await expect(open(second, third)).rejects.toThrow(/DATA_KEY/)
  expect(await kept()).toEqual(before)
})

test('whoever starts at once has the same keys, and no two databases have', async () => {
  const seals = await Promise.all(Array.from({ length: 5 }, () => open(first)))
  const indexes = new Set(seals.map((seal) => seal.index('mobile', '1')))
  expect(indexes.size).toBe(1)
  await db.query('TRUNCATE data_keys')
  expect(indexes).not.toContain((await open(first)).index('mobile', '1'))
})

test.each([
  ['something sealed', true],
  ['a stone alone', false],
])('a database from before, with %s, keeps the keys of its DATA_KEY', async (_, hasSealed) => {
  const old = createSeal(deriveKeys(first))
  if (hasSealed)
    await db.query(
      `INSERT INTO webhooks (id, url, key_sealed, fields, active, by, created_at, updated_at) VALUES ($1, 'https://a.example', $2, '{}', true, 'admin', now(), now())`,
      ['erp', old.close('key')],
    )
  else await db.query('INSERT INTO tombstones (key, at) VALUES ($1, now())', [old.index('tombstone', 'a')])
  if (hasSealed) await expect(open(second)).rejects.toThrow(/DATA_KEY/)
  const seals = [await open(first), await open(second, first)]
  for (const seal of seals) {
    expect(seal.index('mobile', '1')).toBe(old.index('mobile', '1'))
    expect(seal.open(old.close('a'))).toBe('a')
  }
})
