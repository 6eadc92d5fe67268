import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { movableClock } from '../../../src/clock.ts'
import type { Db, SqlValue, Transaction } from '../../../src/db.ts'
import { defineHandler, type Handler } from '../../../src/define.ts'
import { RetryLater } from '../../../src/failures.ts'
import { claimMs, recoverClaims } from '../../../src/inbox/claim.ts'
import { dispatch } from '../../../src/inbox/dispatch.ts'
import { replay } from '../../../src/inbox/replay.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { contactEvent, handleAll, incoming, kfText, states, store } from '../../support/inbox.ts'
import { addStaff } from '../../support/people.ts'
import { type FakeWecom, fakeWecom } from '../../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
const clock = movableClock(thursdayMorning)

/** A handler of this test's own. */
const odd = defineHandler({
  schema: z.object({ ExternalUserID: z.string(), n: z.number(), note: z.string().default('kf_message') }),
  subject: (event) => event.ExternalUserID,
  handle(event, { leads }) {
    leads.note(leads.of(event.ExternalUserID), event.note, { n: event.n })
  },
})

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  fake = await fakeWecom()
  house = await testHouse({ db: opened, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  house.shelves.handlers = new Map([...house.shelves.handlers, ['wecom/odd', odd as Handler]])
  for (const userid of ['LiLei', 'ChenJing']) await addStaff(house, userid, userid === 'ChenJing' ? ['manager'] : [])
})
beforeEach(() => {
  clock.advance(3_600_000)
  fake.reset()
})

let serial = 0
const someone = () => `wm-${++serial}`
const oddly = (who: string, more: object = {}) =>
  incoming(
    house,
    { Event: 'odd', MsgType: 'event', ExternalUserID: who, n: ++serial, ...more },
    { path: 'wecom/odd', subject: who },
  )
const rowOf = async (id: number) =>
  (
    await db.query<{ state: string; reason: string | null; attempts: number; dueAt: Date }>(
      'SELECT state, reason, attempts, due_at AS "dueAt" FROM inbox WHERE id = $1',
      [id],
    )
  )[0]
const notes = async (...people: string[]) =>
  (
    await db.query<{ who: string; n: number }>(
      `SELECT i.key AS who, count(t.id) AS n FROM identities i LEFT JOIN timeline t ON t.lead_id = i.lead_id AND t.kind = 'event:kf_message'
       WHERE i.key = ANY($1) GROUP BY i.key ORDER BY i.key`,
      [people],
    )
  ).map(({ n }) => n)

/** The same house, where a statement that matches fails in the database's own way. */
const where = (breaks: (text: string, values?: readonly SqlValue[]) => Error | undefined): TestHouse => {
  const guard = async (text: string, values?: readonly SqlValue[]) => {
    const failure = breaks(text, values)
    if (failure) throw failure
  }
  const guarded: Db = {
    ...db,
    query: async (text, values) => {
      await guard(text, values)
      return db.query(text, values)
    },
    transaction: (work) =>
      db.transaction((tx: Transaction) =>
        work({
          ...tx,
          query: async (text, values) => {
            await guard(text, values)
            return tx.query(text, values)
          },
        }),
      ),
  }
  return { ...house, db: guarded }
}

describe('what nobody can use', () => {
  it('is kept as ignored when nobody handles it, and done when somebody does at last', async () => {
    const who = someone()
    const [id = 0] = await store(house, [{ ...oddly(who), path: 'wecom/unheard_of' }])
    await handleAll(house)
    expect(await rowOf(id)).toMatchObject({ state: 'ignored', reason: '没有处理这种事件的文件' })
    await db.query("UPDATE inbox SET path = 'wecom/odd' WHERE id = $1", [id])
    await replay(house, id)
    await handleAll(house)
    expect(await states(house, [id])).toEqual(['done'])
    expect(await notes(who)).toEqual([1])
  })

  it('fails at once with the names of its fields when it is not as WeCom promised', async () => {
    const [id = 0] = await store(house, [
      incoming(house, contactEvent('add_external_contact', someone(), { UserID: '' })),
    ])
    await handleAll(house)
    const row = await rowOf(id)
    expect(row).toMatchObject({ state: 'failed', attempts: 1 })
    expect(row?.reason).toMatch(/^字段不符：[\s\S]*UserID/)
    expect(row?.reason).not.toContain('wm-')
  })
})

describe('one bad event among two hundred', () => {
  it('is parked with its reason; its neighbours are done, once, at the first try', async () => {
    const people = Array.from({ length: 40 }, someone)
    const rows = people.map((who, n) => oddly(who, n === 17 ? { note: 'x'.repeat(70_000) } : {}))
    const ids = await store(house, rows)
    const broken = where((text, values) =>
      text.includes('INSERT INTO timeline') && JSON.stringify(values).includes('x'.repeat(100))
        ? Object.assign(new Error('value too long'), { code: '22001' })
        : undefined,
    )
    await dispatch(broken, 'default')
    expect(await states(house, ids)).toEqual(ids.map((_, n) => (n === 17 ? 'received' : 'done')))
    for (let tries = 0; tries < 6; tries++) {
      clock.advance(600_000)
      while (await dispatch(broken, 'default'));
    }
    expect(await rowOf(ids[17] as number)).toMatchObject({ state: 'failed', reason: 'value too long', attempts: 6 })
    expect(await notes(...people.filter((_, n) => n !== 17))).toEqual(Array(39).fill(1))
  })

  it('whose ask fails is tried again alone', async () => {
    const people = Array.from({ length: 6 }, someone)
    const ids = await store(
      house,
      people.map((who) => incoming(house, kfText(who, '人工', `m-${who}`))),
    )
    const broken = where((text, values) =>
      text.includes('INSERT INTO hearings') && values?.[7] === `inbox:${ids[2]}:2`
        ? new Error('no such luck')
        : undefined,
    )
    await dispatch(broken, 'default')
    expect(await states(house, ids)).toEqual(ids.map((_, n) => (n === 2 ? 'received' : 'done')))
    clock.advance(1_000)
    await handleAll(house)
    expect(await states(house, ids)).toEqual(ids.map(() => 'done'))
    expect(await notes(...people)).toEqual(people.map(() => 1))
  })
})

describe('what can only be done later', () => {
  it('waits as long as it must, and is nobody’s fault', async () => {
    const [id = 0] = await store(house, [oddly(someone())])
    const later = where((text) =>
      text.includes('INSERT INTO timeline') ? new RetryLater(90_000, '企业微信忙') : undefined,
    )
    for (let tries = 0; tries < 9; tries++) {
      await dispatch(later, 'default')
      expect(await rowOf(id)).toMatchObject({ state: 'received', reason: '企业微信忙', attempts: 0 })
      expect((await rowOf(id))?.dueAt).toEqual(new Date(clock.now().getTime() + 90_000))
      clock.advance(90_000)
    }
    await handleAll(house)
    expect(await states(house, [id])).toEqual(['done'])
  })

  it('loses no try to a conflict with somebody else', async () => {
    const [id = 0] = await store(house, [oddly(someone())])
    const busy = where((text) =>
      text.includes('INSERT INTO timeline') ? Object.assign(new Error('deadlock'), { code: '40P01' }) : undefined,
    )
    await dispatch(busy, 'default')
    expect(await rowOf(id)).toMatchObject({ state: 'received', attempts: 0 })
    clock.advance(50)
    await handleAll(house)
    expect(await states(house, [id])).toEqual(['done'])
  })

  it('blames nobody for a database that went away, and goes on when it is back', async () => {
    const people = Array.from({ length: 20 }, someone)
    const ids = await store(
      house,
      people.map((who) => oddly(who)),
    )
    let statements = 0
    const away = where((text) => {
      if (text.includes('INSERT INTO timeline')) statements++
      return text.includes('INSERT INTO timeline')
        ? Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
        : undefined
    })
    await expect(dispatch(away, 'default')).rejects.toThrow('terminating connection')
    expect(statements).toBe(1)
    expect(await rowOf(ids[0] as number)).toMatchObject({ state: 'received', attempts: 0 })
    expect(await db.query('SELECT 1 FROM inbox_hands')).toEqual([])
    clock.advance(1_000)
    await handleAll(house)
    expect(await notes(...people)).toEqual(people.map(() => 1))
  })

  it('hands an event its workers may have died of out alone and last', async () => {
    const [bad, good] = [someone(), someone()]
    const ids = await store(house, [oddly(bad), oddly(good)])
    await db.query('UPDATE inbox SET attempts = 4 WHERE id = $1', [ids[0]])
    const seen: string[] = []
    await dispatch(
      where((text, values) => {
        if (text.includes('INSERT INTO timeline') && JSON.stringify(values).includes('kf_message')) seen.push('batch')
        return undefined
      }),
      'default',
    )
    expect(seen).toHaveLength(2)
    const lines = await db.query<{ key: string }>(
      "SELECT i.key FROM timeline t JOIN identities i USING (lead_id) WHERE i.key = ANY($1) AND t.kind = 'event:kf_message' ORDER BY t.ctid",
      [[bad, good]],
    )
    expect(lines.map(({ key }) => key)).toEqual([good, bad])
  })
})

describe('a worker that wakes after its lease', () => {
  it('finishes nothing that went on without it, and does nothing twice', async () => {
    const who = someone()
    const [id = 0] = await store(house, [oddly(who)])
    let transactions = 0
    const transaction: Db['transaction'] = async (work) => {
      const done = await db.transaction(work)
      // Its second transaction, the facts, is committed when it falls asleep; everybody else goes on.
      if (++transactions === 2) {
        clock.advance(claimMs + 1)
        await recoverClaims(house)
        await handleAll(house)
        await db.query("UPDATE inbox SET reason = 'done by another' WHERE id = $1", [id])
      }
      return done
    }
    await dispatch({ ...house, db: { ...db, transaction } }, 'default')
    expect(transactions).toBe(2)
    expect(await rowOf(id)).toMatchObject({ state: 'done', reason: 'done by another' })
    expect(await notes(who)).toEqual([1])
  })
})

describe('a replay', () => {
  it.each(['done', 'failed', 'ignored'])('of an event that is %s repeats nothing', async (state) => {
    const who = someone()
    const events = [
      contactEvent('add_external_contact', who, { WelcomeCode: `w-${who}`, State: 's' }),
      contactEvent('del_follow_user', who),
      contactEvent('add_external_contact', who, { n: '2' }),
      kfText(who, '演示', `m-${who}`),
    ]
    const ids: number[] = []
    for (const event of events) {
      clock.advance(1_000)
      ids.push(...(await store(house, [incoming(house, event)])))
    }
    await handleAll(house)
    const before = await picture(who)
    await addStaff(house, `New${serial}`, ['manager', 'mdr'])
    await db.query('UPDATE inbox SET state = $2 WHERE id = ANY($1)', [ids, state])
    clock.advance(86_400_000)
    for (const id of [...ids].reverse()) {
      await replay(house, id)
      await handleAll(house)
    }
    expect(await states(house, ids)).toEqual(ids.map(() => 'done'))
    expect(await picture(who)).toEqual(before)
    expect(fake.of('externalcontact/send_welcome_msg')).toHaveLength(1)
  })

  it('is refused while the event is being handled, and for one that is not there', async () => {
    const [id = 0] = await store(house, [oddly(someone())])
    await db.query("UPDATE inbox SET state = 'working' WHERE id = $1", [id])
    await expect(replay(house, id)).rejects.toMatchObject({ status: 409, id: 'event_busy' })
    await expect(replay(house, 999_999)).rejects.toMatchObject({ status: 404 })
    await db.query("UPDATE inbox SET state = 'done' WHERE id = $1", [id])
  })
})

/** Everything an event can leave behind. */
async function picture(who: string) {
  const [lead] = await db.query<{ id: string }>(
    "SELECT lead_root(lead_id) AS id FROM identities WHERE kind = 'externalUserId' AND key = $1",
    [who],
  )
  const all = (text: string) => db.query(text, [lead?.id])
  return {
    lead: await all('SELECT stage, desk, marketing, owner, first_source, last_source FROM leads WHERE id = $1'),
    touches: await all('SELECT kind, state, at FROM touches WHERE lead_id = $1 ORDER BY at, id'),
    follows: await all('SELECT userid, state, started_at, ended_at FROM follows WHERE lead_id = $1'),
    days: await all('SELECT type, events, weight FROM score_days WHERE lead_id = $1 ORDER BY type'),
    messages: await all('SELECT key, purpose, recipient FROM messages WHERE lead_id = $1 ORDER BY key'),
    queue: await all('SELECT hand_raised, due_at FROM review_queue WHERE lead_id = $1'),
    timeline: await all(
      "SELECT kind, count(*) FROM timeline WHERE lead_id = $1 AND kind <> 'message' GROUP BY kind ORDER BY kind",
    ),
  }
}
