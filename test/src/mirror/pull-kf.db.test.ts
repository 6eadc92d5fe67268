import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Db, Transaction } from '../../../src/db.ts'
import { pullKf } from '../../../src/mirror/pull-kf.ts'
import { type Corp, corp } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
let kf: string
beforeAll(async () => {
  here = await corp(await testDatabase(), { faults: { kfEmptyPages: 0.5 } })
  await here.settle(2)
  kf = here.sandbox.world.kf.accounts[0]?.open_kfid as string
})
beforeEach(async () => {
  await here.db.query("UPDATE inbox SET state = 'done' WHERE path LIKE 'kf/%'")
})

/** Messages in the inbox, as they wait for their handlers. */
const stored = () =>
  here.db.query<{ path: string; subject: string; lane: string; text: string | null }>(
    `SELECT path, subject, lane, event -> 'text' ->> 'content' AS text FROM inbox WHERE path LIKE 'kf/%' AND state = 'received' ORDER BY id`,
  )
const wrote = async (count: number, name = '客户') => {
  const { external_userid: id } = await here.sandbox.customerWritesKf({ name, kf, text: `${name} 0` })
  for (let i = 1; i < count; i++) await here.sandbox.customerWritesKf({ customer: id, kf, text: `${name} ${i}` })
  await here.sandbox.idle()
  await here.work('dispatch-welcome')
  return id
}
const texts = (rows: readonly { path: string; text: string | null }[]) =>
  rows.filter((row) => row.path === 'kf/text').map((row) => row.text)

describe('pulling 客服 messages', () => {
  it('stores each once, under its customer, in order, whatever the pages look like', async () => {
    const id = await wrote(25, '张三')
    await here.work('pull-kf')
    const rows = await stored()
    expect(texts(rows)).toEqual(Array.from({ length: 25 }, (_, i) => `张三 ${i}`))
    expect(new Set(rows.map((row) => row.subject))).toEqual(new Set([id]))
    expect(rows[0]).toMatchObject({ path: 'kf/event/enter_session', lane: 'welcome' })
    await here.db.query("UPDATE kf_accounts SET cursor = '', pull_at = now() - interval '1 year'")
    await here.work('pull-kf')
    expect(await stored()).toHaveLength(rows.length)
  })

  it('loses and doubles nothing when the puller dies between the pull and the commit', async () => {
    await wrote(10, '李四')
    const { db } = here.house
    // The third statement of a page's transaction never comes back.
    const dying: Db = {
      ...db,
      prisma: db.prisma,
      query: db.query,
      transaction: (work) =>
        db.transaction((tx) => {
          const torn: Transaction = {
            ...tx,
            async query(text, values) {
              const rows = await tx.query<never>(text, values)
              if (text.includes('INSERT INTO inbox')) throw new Error('killed')
              return rows
            },
          }
          return work(torn)
        }),
    }
    await expect(pullKf({ ...here.house, db: dying })).rejects.toThrow('killed')
    expect(await stored()).toEqual([])
    // Nobody else may take the account before the lease is over.
    await here.work('pull-kf')
    expect(await stored()).toEqual([])
    here.clock.advance(21_000)
    await here.work('pull-kf')
    expect(texts(await stored())).toEqual(Array.from({ length: 10 }, (_, i) => `李四 ${i}`))
  })

  it('is done by one at a time, however many pull', async () => {
    await wrote(30, '王五')
    await here.sandbox.setFaults({ kfEmptyPages: 0, api: [{ path: 'kf/sync_msg', slowMs: 100 }] })
    const before = here.sandbox.callsTo('kf/sync_msg').length
    const pulled = await Promise.all(Array.from({ length: 4 }, () => pullKf(here.house)))
    await here.sandbox.setFaults({ api: [] })
    expect(pulled.filter(Boolean)).toHaveLength(1)
    expect(here.sandbox.callsTo('kf/sync_msg')).toHaveLength(before + 1)
    expect(texts(await stored())).toHaveLength(30)
  })

  it('goes on without a token that is no good', async () => {
    await wrote(3, '赵六')
    await here.db.query("UPDATE kf_accounts SET token = 'long gone' WHERE open_kfid = $1", [kf])
    await here.work('pull-kf')
    expect(texts(await stored())).toHaveLength(3)
  })

  it('looks again by itself where somebody wrote lately, though no event came', async () => {
    await wrote(1, '孙七')
    await here.work('pull-kf')
    here.sandbox.setCallbackUrl(undefined)
    await here.sandbox.customerWritesKf({ name: '周八', kf, text: '有人吗' })
    await here.work('pull-kf')
    expect(texts(await stored())).toEqual(['孙七 0'])
    here.clock.advance(31_000)
    await here.work('pull-kf')
    expect(texts(await stored())).toEqual(['孙七 0', '有人吗'])
  })

  it('answers nobody who wrote long before we knew the account', async () => {
    await here.db.query("UPDATE kf_accounts SET cursor = '', known_at = $2, pull_at = $2 WHERE open_kfid = $1", [
      kf,
      new Date(here.clock.now().getTime() + 86_400_000),
    ])
    await here.db.query('DELETE FROM seen')
    here.clock.advance(86_400_000)
    await here.work('pull-kf')
    expect(await stored()).toEqual([])
  })
})
