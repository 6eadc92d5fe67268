import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import type { Reacher } from '../../../src/leads/reach.ts'
import { sendInChat } from '../../../src/messages/send-in-chat.ts'
import { answerOffer, lapseOffers } from '../../../src/offers/answer.ts'
import { openOpportunity } from '../../../src/opportunities/open.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { addTask } from '../../../src/tasks/tasks.ts'
import { readDue, readUnplaced } from '../../../src/team/due.ts'
import { handOver } from '../../../src/team/hand-over.ts'
import { runHandOvers, startHandOver } from '../../../src/team/hand-over-all.ts'
import { readTakersOf } from '../../../src/team/objections.ts'
import { readRulesToday, readTeammates } from '../../../src/team/people.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead, standing } from '../../support/people.ts'

let house: TestHouse
let wang: Actor
let chen: Actor
let reps: Record<string, Actor>
const clock = movableClock(thursdayMorning)
const everybody: Reacher = { userid: null, reach: 'all', team: null }
const east: Reacher = { userid: 'ChenJing', reach: 'team', team: '华东' }

beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock, shelves: { jobs: new Map() } })
  wang = await addStaff(house, 'WangMin', ['mdr'])
  chen = await addStaff(house, 'ChenJing', ['manager'], { team: '华东', name: '陈静' })
  reps = {
    LiLei: await addStaff(house, 'LiLei', ['sales'], { team: '华东', name: '李雷', capacity: 4 }),
    HanMeimei: await addStaff(house, 'HanMeimei', ['sales'], { manager: 'ChenJing', capacity: 4 }),
    WuDi: await addStaff(house, 'WuDi', ['sales'], { team: '华南', weight: 0 }),
  }
})
beforeEach(async () => {
  clock.set(thursdayMorning)
  await house.db.query("UPDATE staff SET absent_until = NULL, hours = NULL, capacity = 4 WHERE roles = '{sales}'")
  await house.db.query("UPDATE offers SET state = 'cancelled' WHERE state = 'open'")
  await house.db.query("UPDATE offers SET offered_at = offered_at - interval '2 days'")
  await house.db.query("UPDATE leads SET owner = NULL, desk = 'nurture'")
  await house.db.query('DELETE FROM review_queue')
})

const set = (userid: string, column: string, value: unknown) =>
  house.db.query(`UPDATE staff SET ${column} = $2 WHERE userid = $1`, [userid, value])

async function offered(): Promise<{ id: string; to: string }> {
  const id = await openLead(house, { fields: { name: '张三' } })
  await giveVerdict(house, id, { verdict: 'mql', reason: 'clear-need' }, wang)
  const [offer] = await house.db.query<{ userid: string }>(
    "SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'",
    [id],
  )
  return { id, to: offer?.userid ?? '' }
}

async function owned(): Promise<{ id: string; owner: string; next: string }> {
  const { id, to } = await offered()
  await answerOffer(house, { leadId: id, by: reps[to] as Actor, answer: 'accept' })
  return { id, owner: to, next: to === 'LiLei' ? 'HanMeimei' : 'LiLei' }
}

const one = async <Row extends object>(sql: string, ...values: unknown[]) =>
  (await house.db.query<Row>(sql, values))[0] as Row

describe('the team as it stands', () => {
  it('shows a manager his own people, who is at work, what lies with each, and which rule placed how many', async () => {
    const { owner } = await owned()
    await offered()
    await set('HanMeimei', 'absent_until', new Date('2026-11-25T00:00:00Z'))
    const mates = await readTeammates(house, east, { after: null, limit: 50 })
    expect(mates.map(({ userid, presence }) => [userid, presence])).toEqual([
      ['ChenJing', 'on'],
      ['HanMeimei', 'absent'],
      ['LiLei', 'on'],
    ])
    expect(mates.find(({ userid }) => userid === owner)).toMatchObject({
      capacity: 4,
      holds: { leads: 1 },
      lately: { accepted: 1 },
    })
    expect(mates.reduce((sum, { open }) => sum + open, 0)).toBe(2)
    const rules = await readRulesToday(house, east)
    expect(rules.reduce((sum, { placed }) => sum + placed, 0)).toBe(2)
    expect((await readTeammates(house, everybody, { after: 'lilei', limit: 9 })).map(({ userid }) => userid)).toEqual([
      'WangMin',
      'WuDi',
    ])
  })

  it('knows who works other hours, and gives them leads while they are on', async () => {
    await set('LiLei', 'hours', JSON.stringify([{ days: 'all', from: '20:00', to: '23:00' }]))
    const [, , li] = await readTeammates(house, east, { after: null, limit: 50 })
    expect(li).toMatchObject({ presence: 'off', until: new Date('2026-11-19T12:00:00Z') })
    for (let lead = 0; lead < 3; lead++) expect((await offered()).to).toBe('HanMeimei')
  })
})

describe('what is due', () => {
  it('comes in the order of its clock, page by page, without a gap, and only what is within reach', async () => {
    const { id } = await owned()
    await offered()
    const review = await openLead(house)
    await house.db.query(
      `INSERT INTO review_queue (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version) VALUES ($1, true, 0, $2, $2, '[]', 1)`,
      [review, clock.now()],
    )
    const all = await readDue(house, east, { after: null, limit: 50 })
    expect(all.map(({ kind }) => kind)).toEqual(['review', 'offer', 'contact', 'follow-up'])
    const paged = []
    for (let after: { at: string; key: string } | null = null; ; ) {
      const [next] = await readDue(house, east, { after, limit: 1 })
      if (!next) break
      paged.push(next)
      after = next
    }
    expect(paged).toEqual(all)
    await house.db.query("UPDATE leads SET owner = 'WuDi' WHERE id = $1", [id])
    expect((await readDue(house, east, { kind: 'follow-up', after: null, limit: 9 })).length).toBe(0)
  })
})

describe('handing over one lead', () => {
  it('moves what somebody owns with its deals, its tasks and what was to be sent at once, and starts a first contact of the next', async () => {
    const { id, owner, next } = await owned()
    const deal = await house.db.transaction((tx) => openOpportunity(tx, house, id, {}, owner))
    const task = { leadId: id, owner, text: '回电', source: 'hand', by: owner }
    await house.db.transaction((tx) => addTask(tx, house, { ...task, key: id }))
    await befriend(house, id, owner, `wm-${id}`)
    const todo = await sendInChat(house, { leadId: id, userid: owner, roles: ['sales'], text: '明天给您报价' })
    await handOver(house, { leadId: id, to: next, anyway: false, note: '他更熟', by: chen, reacher: east })
    // The next one is no friend of the customer’s yet: what cannot be sent is not lost.
    expect(await one('SELECT owner FROM tasks WHERE key = $1', `transferred:${todo.id}`)).toEqual({ owner: next })
    expect(await standing(house, id)).toMatchObject({ owner: next, desk: 'sales' })
    expect(await one('SELECT owner FROM opportunities WHERE id = $1', deal)).toEqual({ owner: next })
    expect(await one('SELECT owner FROM tasks WHERE key = $1', id)).toEqual({ owner: next })
    const owed = await house.db.query(
      'SELECT userid, first_contact_due IS NOT NULL AS owes FROM offers WHERE lead_id = $1 ORDER BY offered_at, id',
      [id],
    )
    expect(owed).toEqual([
      { userid: owner, owes: false },
      { userid: next, owes: true },
    ])
    const told = await house.db.query<{ recipient: string }>(
      "SELECT recipient FROM messages WHERE lead_id = $1 AND key LIKE 'handed-over:%'",
      [id],
    )
    expect(told).toEqual([{ recipient: next }])
  })

  it('offers what nobody owns, and says beforehand what routing has against each', async () => {
    await set('LiLei', 'capacity', 0)
    await set('HanMeimei', 'absent_until', new Date('2026-11-25T00:00:00Z'))
    const { id } = await offered()
    expect((await readUnplaced(house, east, { after: null, limit: 9 })).map(({ leadId }) => leadId)).toEqual([id])
    const takers = await readTakersOf(house, id, east)
    expect(takers.map(({ userid, objection }) => [userid, objection])).toContainEqual(['LiLei', '在手 0/0，已满'])
    expect(takers.map(({ userid }) => userid)).not.toContain('WuDi')
    const wish = { leadId: id, to: 'lilei', by: chen, reacher: east }
    await expect(handOver(house, { ...wish, anyway: false })).rejects.toMatchObject({ status: 409, id: 'objections' })
    await expect(handOver(house, { ...wish, to: 'WuDi', anyway: true })).rejects.toMatchObject({ status: 404 })
    await handOver(house, { ...wish, anyway: true })
    expect(await standing(house, id)).toMatchObject({ owner: null, desk: 'sales' })
    await answerOffer(house, { leadId: id, by: reps.LiLei as Actor, answer: 'accept' })
    expect((await standing(house, id)).owner).toBe('LiLei')
    expect(await readUnplaced(house, east, { after: null, limit: 9 })).toEqual([])
  })

  it('does not take a lead past its verdict', async () => {
    const id = await openLead(house)
    await expect(
      handOver(house, { leadId: id, to: 'LiLei', anyway: true, by: chen, reacher: east }),
    ).rejects.toMatchObject({ id: 'not_yet_judged' })
  })
})

describe('handing over everything of somebody who is away', () => {
  const begin = (from: string, to: string | null) =>
    house.db.transaction((tx) =>
      startHandOver(
        tx,
        house,
        { from, to, what: ['leads', 'tasks', 'reviews'], anyway: true },
        { by: chen, reacher: east },
      ),
    )
  const report = async (job: string) =>
    house.db.query('SELECT outcome, count(*)::int AS count FROM job_rows WHERE job_id = $1 GROUP BY 1', [job])

  it('moves each lead once though the work is done twice and a worker dies in between', async () => {
    await set('HanMeimei', 'absent_until', new Date('2026-11-25T00:00:00Z'))
    const leads = [await owned(), await owned(), await offered()]
    await set('HanMeimei', 'absent_until', null)
    await house.db.transaction((tx) =>
      addTask(tx, house, { key: 'loose', leadId: null, owner: 'LiLei', text: '开会', source: 'hand', by: 'LiLei' }),
    )
    const job = await begin('LiLei', 'HanMeimei')
    const dying = { ...house, db: { ...house.db, transaction: dieAfter(2, house.db.transaction) } }
    await expect(runHandOvers(dying)).rejects.toThrow('killed')
    clock.advance(120_000)
    await Promise.all([runHandOvers(house), runHandOvers(house)])
    while (await runHandOvers(house));
    expect(await report(job.id)).toEqual([{ outcome: 'done', count: 3 }])
    const owners = await Promise.all(leads.map(async ({ id }) => (await standing(house, id)).owner))
    expect(owners).toEqual(['HanMeimei', 'HanMeimei', null])
    expect(await one("SELECT owner FROM tasks WHERE key = 'loose'")).toEqual({ owner: 'HanMeimei' })
    const summaries = await house.db.query("SELECT 1 FROM messages WHERE key LIKE 'handed-over:' || $1 || '%'", [
      job.id,
    ])
    expect(summaries).toHaveLength(1)
  })

  it('offers them anew by the rules when nobody is named, and never to him who is away', async () => {
    await set('HanMeimei', 'absent_until', new Date('2026-11-25T00:00:00Z'))
    const { id } = await owned()
    await set('HanMeimei', 'absent_until', null)
    await set('LiLei', 'absent_until', new Date('2026-11-25T00:00:00Z'))
    const job = await begin('LiLei', null)
    while (await runHandOvers(house));
    expect(await report(job.id)).toEqual([{ outcome: 'done', count: 1 }])
    expect(await one("SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'", id)).toEqual({
      userid: 'HanMeimei',
    })
    await lapseOffers(house)
  })
})

/** The transaction function of a process that dies in the one after so many. */
function dieAfter(many: number, transaction: TestHouse['db']['transaction']): TestHouse['db']['transaction'] {
  let done = 0
  return (run) =>
    transaction(async (tx) => {
      const result = await run(tx)
      if (++done > many) throw new Error('killed')
      return result
    })
}
