import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Db } from '../../../src/db.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { syncLibrary } from '../../../src/messages/library.ts'
import { claimLead, claimNext, releaseClaim } from '../../../src/review/claim.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { giveVerdict, settleVerdicts, undoVerdict } from '../../../src/review/verdict.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead, standing } from '../../support/people.ts'

let db: Db
let house: TestHouse
let wang: Actor
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: { jobs: new Map() } })
  await syncLibrary(house)
  wang = await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
})

let serial = 0
/** A lead that raised its hand and waits for a verdict. */
async function raised(): Promise<string> {
  const id = await openLead(house)
  await raise(id)
  return id
}
async function raise(id: string, type = 'demo_request'): Promise<void> {
  await db.transaction(async (tx) => {
    await noteEvents(tx, house, [{ leadId: id, type, at: clock.now(), key: `e-${++serial}` }])
    await considerReview(tx, house, [id])
  })
}
const queued = async (id: string) =>
  (
    await db.query<{ handRaised: boolean; dueAt: Date }>(
      'SELECT hand_raised AS "handRaised", due_at AS "dueAt" FROM review_queue WHERE lead_id = $1',
      [id],
    )
  )[0]
const history = (id: string) =>
  db.query<{ edge: string; to: string }>(
    `SELECT edge, to_stage || '@' || to_desk AS "to" FROM stage_changes WHERE lead_id = $1 ORDER BY seq`,
    [id],
  )

describe('who comes into the queue', () => {
  it('puts a raised hand there at once, due in 15 working minutes', async () => {
    const id = await raised()
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'review' })
    expect(await queued(id)).toEqual({ handRaised: true, dueAt: new Date(clock.now().getTime() + 15 * 60_000) })
  })

  it('leaves one who only opened a piece in nurture', async () => {
    const id = await openLead(house)
    await raise(id, 'content_open')
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'nurture' })
  })

  it('puts one there who crosses the threshold by small steps', async () => {
    const id = await openLead(house)
    for (const type of ['price_view', 'price_view', 'content_read', 'content_open']) await raise(id, type)
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
  })

  it('puts a person from a listed source there without waiting for a score', async () => {
    const id = await openLead(house, { source: { kind: 'form', channel: '官网' } })
    await db.transaction((tx) => considerReview(tx, house, [id]))
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
  })

  it('is silent about people found by the first sync', async () => {
    const id = await openLead(house, { automation: false })
    await raise(id)
    expect(await standing(house, id)).toMatchObject({ desk: 'nurture' })
  })
})

describe('a claim', () => {
  it('never gives one lead to two, however many ask at once', async () => {
    await db.query('DELETE FROM review_queue')
    const ids = await Promise.all(Array.from({ length: 12 }, raised))
    const got = await Promise.all(Array.from({ length: 12 }, (_, n) => claimNext(house, `mdr-${n}`)))
    expect(new Set(got.map((claim) => claim?.leadId))).toEqual(new Set(ids))
    expect(await claimNext(house, 'late')).toBeNull()
  })

  it('gives the same lead again to whoever holds one', async () => {
    const first = await claimNext(house, 'mdr-3')
    expect((await claimNext(house, 'mdr-3'))?.leadId).toBe(first?.leadId)
  })

  it('ends by itself', async () => {
    clock.advance(3_600_000)
    expect(await claimNext(house, 'late')).not.toBeNull()
  })

  it('is given back only by its holder, or by somebody who may', async () => {
    const id = await raised()
    await claimLead(house, id, 'a')
    await expect(claimLead(house, id, 'b')).rejects.toMatchObject({ status: 409, id: 'claimed_by_other' })
    await expect(releaseClaim(house, id, 'b')).rejects.toMatchObject({ status: 409 })
    await releaseClaim(house, id, 'b', true)
    await claimLead(house, id, 'b')
  })
})

describe('a verdict', () => {
  it('sends an MQL to sales with an offer', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'mql', reason: 'clear-need' }, wang)
    expect(await standing(house, id)).toMatchObject({ stage: 'MQL', desk: 'sales', owner: null })
    expect(await db.query('SELECT userid, state FROM offers WHERE lead_id = $1', [id])).toEqual([
      { userid: 'LiLei', state: 'open' },
    ])
    expect(await queued(id)).toBeUndefined()
  })

  it('puts "not yet" back into nurture, resting as its reason says', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-budget' }, wang)
    const lead = await standing(house, id)
    expect(lead).toMatchObject({ stage: 'MAL', desk: 'nurture' })
    expect(lead.coolUntil?.getTime()).toBe(clock.now().getTime() + 90 * 864e5)
  })

  it('lets a raised hand end the rest', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-need' }, wang)
    clock.advance(60_000)
    await raise(id, 'price_view')
    expect(await standing(house, id)).toMatchObject({ desk: 'nurture' })
    await raise(id)
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
  })

  it('keeps words that are in no list', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'disqualified', reason: '是竞争对手的人', note: '展会上见过' }, wang)
    expect(
      await db.query(
        'SELECT s.reason, n.body FROM stage_changes s JOIN notes n ON n.id = s.note_id WHERE s.lead_id = $1',
        [id],
      ),
    ).toEqual([{ reason: 'other', body: '是竞争对手的人\n展会上见过' }])
  })

  it.each([
    ['an unknown verdict', { verdict: 'maybe', reason: 'x' }, 422, 'verdict_unknown'],
    ['no reason', { verdict: 'mql', reason: ' ' }, 422, 'reason_required'],
    ['a version that is gone', { verdict: 'mql', reason: 'x', version: 1 }, 409, 'stale_version'],
  ])('refuses %s and changes nothing', async (_name, input, status, refused) => {
    const id = await raised()
    const before = await standing(house, id)
    await expect(giveVerdict(house, id, input, wang)).rejects.toMatchObject({ status, id: refused })
    expect(await standing(house, id)).toEqual(before)
  })

  it('refuses a second verdict on a lead that has gone on', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)
    await expect(giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)).rejects.toMatchObject({
      status: 409,
      id: 'illegal_move',
    })
  })

  it('refuses a colleague while somebody reviews the lead', async () => {
    const id = await raised()
    await claimLead(house, id, 'ZhaoQian')
    await expect(giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang)).rejects.toMatchObject({
      id: 'claimed_by_other',
    })
  })

  it('is one verdict when two give it at once', async () => {
    const id = await raised()
    const both = await Promise.allSettled([
      giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang),
      giveVerdict(house, id, { verdict: 'mql', reason: 'x' }, wang),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await db.query('SELECT 1 FROM offers WHERE lead_id = $1', [id])).toHaveLength(1)
  })
})

describe('taking a verdict back', () => {
  it('leaves no trace outside the house, and the lead where it was', async () => {
    const id = await raised()
    const before = await queued(id)
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    expect(await db.query('SELECT 1 FROM offers WHERE lead_id = $1', [id])).toEqual([])
    clock.advance(9_000)
    await undoVerdict(house, id, wang)
    await settleVerdicts(house)
    expect(await standing(house, id)).toMatchObject({ stage: 'MAL', desk: 'review' })
    expect(await queued(id)).toEqual(before)
    expect(await db.query('SELECT 1 FROM offers WHERE lead_id = $1', [id])).toEqual([])
    expect((await history(id)).map(({ to }) => to)).toEqual(['MAL@nurture', 'MAL@review', 'MQL@sales', 'MAL@review'])
  })

  it('is too late after the time, when the offer is made', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'mql', reason: 'x', undoSeconds: 10 }, wang)
    clock.advance(10_001)
    await settleVerdicts(house)
    await settleVerdicts(house)
    expect(await db.query('SELECT 1 FROM offers WHERE lead_id = $1', [id])).toHaveLength(1)
    await expect(undoVerdict(house, id, wang)).rejects.toMatchObject({ status: 409, id: 'nothing_to_undo' })
  })

  it('gives back the rest a lead had, not the one the verdict gave', async () => {
    const id = await raised()
    await giveVerdict(house, id, { verdict: 'nurture', reason: 'no-budget', undoSeconds: 10 }, wang)
    await undoVerdict(house, id, wang)
    expect((await standing(house, id)).coolUntil).toBeNull()
  })
})

describe('history', () => {
  it('cannot be changed, deleted, or written with a gap', async () => {
    const id = await raised()
    await expect(db.query("UPDATE stage_changes SET reason = 'x' WHERE lead_id = $1", [id])).rejects.toThrow(
      /append-only/,
    )
    await expect(db.query('DELETE FROM stage_changes WHERE lead_id = $1', [id])).rejects.toThrow(/append-only/)
    await expect(db.query('TRUNCATE stage_changes')).rejects.toThrow(/append-only/)
    const insert = (seq: number, from: string) =>
      db.query(
        "INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, playbook_version, at) VALUES ($1, $2, 'x', $3, 'review', 'MQL', 'sales', 'x', 1, now())",
        [id, seq, from],
      )
    await expect(insert(9, 'MAL')).rejects.toThrow(/leaves a gap/)
    await expect(insert(3, 'SQL')).rejects.toThrow(/the one before ended at MAL@review/)
  })
})
