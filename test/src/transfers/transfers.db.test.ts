import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { lockLead } from '../../../src/leads/lock.ts'
import { sendInChat } from '../../../src/messages/send-in-chat.ts'
import { openOpportunity } from '../../../src/opportunities/open.ts'
import { makePromise } from '../../../src/promises/make.ts'
import { type OpenPromise, readOpenPromise } from '../../../src/promises/open.ts'
import { keepPromise } from '../../../src/promises/take.ts'
import { addTask } from '../../../src/tasks/tasks.ts'
import { startGiveLeaver } from '../../../src/team/give-leaver.ts'
import { startHandOver } from '../../../src/team/hand-over-all.ts'
import { sayAbsent } from '../../../src/transfers/absence.ts'
import { transferAgain } from '../../../src/transfers/again.ts'
import { askTransfer, type TransferWish } from '../../../src/transfers/ask.ts'
import { readHandOverBrief } from '../../../src/transfers/brief.ts'
import { readBudget } from '../../../src/transfers/budget.ts'
import { transferLine } from '../../../src/transfers/line.ts'
import { countTransfers } from '../../../src/transfers/list.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
const hour = 3_600_000
const day = 24 * hour
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
  await here.db.query(
    "UPDATE staff SET roles = '{sales}', manager = 'ChenJing' WHERE userid IN ('LiLei', 'HanMeimei', 'ZhangWei', 'LiuYang')",
  )
  await here.db.query("UPDATE staff SET roles = '{manager}' WHERE userid = 'ChenJing'")
})

const ask = (wish: Omit<TransferWish, 'by'>) =>
  here.db.transaction((tx) => askTransfer(tx, here.house, { by: 'ChenJing', ...wish }))
const work = () => here.work('follow-transfers')
const rows = (leadId: string) =>
  here.db.query<{ state: string; takeover: string | null; faultId: string | null; reason: string; way: string }>(
    'SELECT state, takeover, fault_id AS "faultId", reason, way FROM transfers WHERE lead_id = $1 ORDER BY asked_at, id',
    [leadId],
  )
const states = async (leadId: string) => (await rows(leadId)).map(({ state }) => state)
const notices = (leadId: string | null, words: string) =>
  here.db.query<{ recipient: string; text: string; card: { horizontal_content_list: { value: string }[] } | null }>(
    `SELECT recipient, body ->> 'text' AS text, body -> 'card' AS card FROM messages WHERE content_id = $2 AND lead_id IS NOT DISTINCT FROM $1 ORDER BY recipient`,
    [leadId, words],
  )
const owned = (leadId: string, owner: string) =>
  here.db.query("UPDATE leads SET owner = $2, stage = 'SQL', desk = 'sales' WHERE id = $1", [leadId, owner])
/** What happened in WeCom reaches us. */
const arrive = async () => {
  await here.sandbox.idle()
  await here.work('dispatch-welcome', 'dispatch-default', 'dispatch-storm')
}
const calls = (path = 'externalcontact/transfer_customer') => here.sandbox.callsTo(path)

/** A customer of LiLei's with everything that hangs on one: a task, a deal, a to-do that was not sent. */
async function busyCustomer(name: string, friend = 'LiLei') {
  const { id, leadId } = await customerNamed(here, name, friend)
  await owned(leadId, friend)
  await here.db.transaction(async (tx) => {
    const due = new Date(here.clock.now().getTime() + 2 * day)
    await addTask(tx, here.house, {
      key: `t:${leadId}`,
      leadId,
      owner: friend,
      text: '发报价单',
      dueAt: due,
      source: 'hand',
      by: friend,
    })
    await openOpportunity(tx, here.house, leadId, { name: `${name}的商机`, owner: friend, nextStep: '约演示' }, friend)
  })
  const todo = await sendInChat(here.house, { leadId, userid: friend, roles: ['sales'], text: '明天给您报价' })
  return { id, leadId, todo: todo.id }
}
/** Somebody of ours is to answer him. */
async function promised(leadId: string, userid: string) {
  await here.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    const wish = { key: `p:${leadId}`, why: '要人工', words: '在吗', openKfId: null, externalUserId: null }
    await makePromise(tx, here.house, { ...lead, owner: userid }, wish)
  })
}
const held = async (leadId: string, todo: string) => {
  const [lead] = await here.db.query<{ owner: string | null }>('SELECT owner FROM leads WHERE id = $1', [leadId])
  const tasks = await here.db.query<{ owner: string; text: string }>(
    "SELECT owner, text FROM tasks WHERE lead_id = $1 AND state = 'open' ORDER BY text",
    [leadId],
  )
  const [deal] = await here.db.query<{ owner: string }>('SELECT owner FROM opportunities WHERE lead_id = $1', [leadId])
  const [message] = await here.db.query<{ state: string; sender: string; userid: string }>(
    'SELECT m.state, m.sender, t.userid FROM messages m JOIN todos t ON t.message_id = m.id WHERE m.id = $1',
    [todo],
  )
  return { owner: lead?.owner, tasks, deal: deal?.owner, message }
}

describe('a customer given to a colleague', () => {
  it('goes over a day later with all that hangs on him; the one who takes him was briefed before, the customer hears one line', async () => {
    const { id, leadId, todo } = await busyCustomer('王五')
    const line = await transferLine(here.house, { leadId, takeover: 'HanMeimei', own: undefined, by: 'ChenJing' })
    await ask({ leadId, takeover: 'hanmeimei', note: '他要两周内上线', line })
    await expect(ask({ leadId, takeover: 'ZhangWei' })).rejects.toMatchObject({ id: 'transfer_running' })
    await work()
    await work()
    expect(calls()).toHaveLength(1)
    expect(await states(leadId)).toEqual(['asked'])
    const [brief] = await notices(leadId, 'transfer-brief')
    expect(brief?.recipient).toBe('HanMeimei')
    const said = brief?.card?.horizontal_content_list.map(({ value }) => value).join('\n')
    for (const known of ['他要两周内上线', '发报价单', '王五的商机', '约演示']) expect(said).toContain(known)
    expect(await held(leadId, todo)).toMatchObject({ owner: 'LiLei', message: { userid: 'LiLei' } })
    here.clock.advance(day + 1_000)
    await here.sandbox.advance({ ms: 0 })
    await arrive()
    await work()
    await work()
    expect(await states(leadId)).toEqual(['done'])
    expect(await held(leadId, todo)).toMatchObject({
      owner: 'HanMeimei',
      tasks: [{ owner: 'HanMeimei', text: '发报价单' }],
      deal: 'HanMeimei',
      message: { state: 'waiting', sender: 'HanMeimei', userid: 'HanMeimei' },
    })
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_us' })
    expect((await here.lead(id)).id).toBe(leadId)
    await here.settle(1)
    expect(here.worn('HanMeimei', id, '客户阶段')).toHaveLength(1)
    const heard = here.sandbox.received(id).filter(({ via }) => via === 'transfer')
    expect(heard.map(({ text }) => text)).toEqual([line])
    expect(line).toContain('韩梅梅')
    expect(await notices(leadId, 'transfer-done')).toHaveLength(1)
    expect(await readHandOverBrief(here.db, here.house, leadId)).toMatchObject({
      transfer: { note: '他要两周内上线' },
      tasks: [{ text: '发报价单', owner: 'HanMeimei' }],
      todos: [{ title: '明天给您报价' }],
      deal: { nextStep: '约演示' },
    })
  })

  it('is asked of WeCom once, however the process dies between the call and its record', async () => {
    const { id, leadId } = await customerNamed(here, '钱一', 'LiLei')
    await ask({ leadId, takeover: 'HanMeimei' })
    await work()
    const crash = () =>
      here.db.query("UPDATE transfers SET state = 'wanted', look_at = $2, tries = 1 WHERE lead_id = $1", [
        leadId,
        here.clock.now(),
      ])
    await crash()
    await work()
    expect(await states(leadId)).toEqual(['asked'])
    // Dead for so long that all is over when it is asked again.
    await crash()
    await here.sandbox.customerAnswersTransfer({ customer: id, accept: true })
    await work()
    expect(await states(leadId)).toEqual(['done'])
    expect(here.sandbox.world.transfers.filter((one) => one.external_userid === id)).toHaveLength(1)
  })

  it('who refuses stays where he was, those concerned hear what is left to do, and two in ninety days are all there is', async () => {
    const { id, leadId, todo } = await busyCustomer('赵六')
    await ask({ leadId, takeover: 'HanMeimei' })
    await work()
    await here.sandbox.customerAnswersTransfer({ customer: id, accept: false })
    await arrive()
    await work()
    expect(await rows(leadId)).toMatchObject([{ state: 'refused', faultId: 'customer_refused' }])
    expect(await held(leadId, todo)).toMatchObject({ owner: 'LiLei', deal: 'LiLei' })
    const told = await notices(leadId, 'transfer-failed')
    expect(told.map(({ recipient }) => recipient)).toEqual(expect.arrayContaining(['ChenJing', 'LiLei']))
    for (const [handover, takeover] of [
      ['LiLei', 'HanMeimei'],
      ['HanMeimei', 'LiLei'],
    ] as const) {
      await ask({ leadId, handover, takeover, how: 'present' })
      await work()
      await here.sandbox.customerAnswersTransfer({ customer: id, accept: true })
      await arrive()
      await work()
    }
    expect(await readBudget(here.db, here.house, id)).toMatchObject({ left: 0, freeAt: expect.any(Date) })
    await expect(ask({ leadId, takeover: 'HanMeimei', how: 'present' })).rejects.toMatchObject({
      id: 'transfer_budget',
    })
    here.clock.advance(91 * day)
    expect(await readBudget(here.db, here.house, id)).toMatchObject({ left: 2, freeAt: null })
  })

  it('whom WeCom refuses, because of transfers nobody told us of, closes the budget and says what to do instead', async () => {
    const { id, leadId } = await customerNamed(here, '孙七', 'LiLei')
    const spent = {
      handover: 'LiLei',
      takeover: 'HanMeimei',
      external_userid: id,
      startedAt: here.clock.now().getTime(),
      status: 1,
      resigned: false,
    }
    here.sandbox.world.transfers.push({ ...spent, status: 1 }, { ...spent, status: 1 })
    await ask({ leadId, takeover: 'HanMeimei' })
    await work()
    expect(await rows(leadId)).toMatchObject([{ state: 'failed', faultId: 'wecom_40128' }])
    expect((await notices(leadId, 'transfer-failed'))[0]?.text).toContain('引荐')
    expect(await readBudget(here.db, here.house, id)).toMatchObject({ left: 0 })
  })

  it('who is to be introduced instead is his when he scanned, and nobody waits for it for ever', async () => {
    const { id, leadId, todo } = await busyCustomer('周八')
    await ask({ leadId, takeover: 'HanMeimei', how: 'introduction' })
    await work()
    expect(await states(leadId)).toEqual(['asked'])
    await here.sandbox.customerScans({ customer: id, userid: 'HanMeimei' })
    await arrive()
    await work()
    expect(await states(leadId)).toEqual(['done'])
    expect(await held(leadId, todo)).toMatchObject({ owner: 'HanMeimei', message: { sender: 'HanMeimei' } })
    const { leadId: other } = await customerNamed(here, '吴九', 'LiLei')
    await ask({ leadId: other, takeover: 'HanMeimei', how: 'introduction' })
    here.clock.advance(15 * day)
    await work()
    expect(await rows(other)).toMatchObject([{ state: 'failed', faultId: 'not_added' }])
  })

  it('only as work leaves no to-do behind that nobody can send: it becomes a task that names it', async () => {
    const { leadId, todo } = await busyCustomer('郑十')
    await ask({ leadId, takeover: 'HanMeimei', how: 'none' })
    expect(await held(leadId, todo)).toMatchObject({
      owner: 'HanMeimei',
      tasks: [
        { owner: 'HanMeimei', text: '加上好友后补发：明天给您报价' },
        { owner: 'HanMeimei', text: '发报价单' },
      ],
      message: { state: 'cancelled' },
    })
  })

  it('is told nothing that a red line forbids: the house keeps silent, who wrote it hears why', async () => {
    const { leadId } = await customerNamed(here, '冯一', 'LiLei')
    await here.house.playbook.change({ redLine: ['对接'] }, 'test')
    const line = (own: string | undefined) =>
      transferLine(here.house, { leadId, takeover: 'HanMeimei', own, by: 'LiLei' })
    expect(await line(undefined)).toBeUndefined()
    await expect(line('以后由韩梅梅对 接')).rejects.toMatchObject({ id: 'red_line' })
    expect(await line('以后找韩梅梅')).toBe('以后找韩梅梅')
    await here.house.playbook.change({ redLine: [] }, 'test')
  })
})

describe('customers of somebody who left', () => {
  it('are found page by page, given to others by the rules, and followed to the end, each once', async () => {
    const many = []
    for (let n = 0; n < 6; n++) many.push(await customerNamed(here, `离${n}`, 'ZhangWei'))
    const sold = await busyCustomer('成交客户', 'ZhangWei')
    await here.db.query("UPDATE leads SET stage = 'GROWTH', desk = 'success' WHERE id = $1", [sold.leadId])
    await arrive()
    await here.sandbox.staffLeaves({ userid: 'ZhangWei' })
    await arrive()
    await here.work('re-route')
    here.clock.advance(3 * 60_000)
    await here.work('find-leavers', 'follow-transfers')
    await here.work('find-leavers', 'follow-transfers')
    const all = await here.db.query<{ leadId: string; takeover: string; state: string; way: string }>(
      `SELECT lead_id AS "leadId", takeover, state, way FROM transfers WHERE handover = 'ZhangWei' ORDER BY id`,
    )
    const moving = all.filter(({ way }) => way === 'leaver')
    expect(moving).toHaveLength(7)
    expect(moving.every(({ state }) => state === 'asked')).toBe(true)
    // Two reps share them evenly; a call carries those of one pair.
    expect(new Set(moving.map(({ takeover }) => takeover)).size).toBeGreaterThan(1)
    expect(calls('externalcontact/resigned/transfer_customer').length).toBeLessThanOrEqual(3)
    // The work on a customer that was his goes over at once.
    expect(all.filter(({ way }) => way === 'none')).toMatchObject([{ state: 'done', leadId: sold.leadId }])
    const heir = moving.find(({ leadId }) => leadId === sold.leadId)?.takeover
    expect(await held(sold.leadId, sold.todo)).toMatchObject({
      owner: heir,
      tasks: expect.arrayContaining([{ owner: heir, text: '发报价单' }]),
      deal: heir,
    })
    for (const takeover of new Set(moving.map((one) => one.takeover)))
      expect(
        (await notices(null, 'transfer-brief')).filter(({ recipient }) => recipient === takeover).length,
      ).toBeLessThanOrEqual(1)
    const refusing = many[0] as { id: string; leadId: string }
    const full = many[1] as { id: string; leadId: string }
    const [first] = moving.filter(({ leadId }) => leadId === full.leadId)
    await here.sandbox.customerAnswersTransfer({ customer: refusing.id, accept: false })
    await here.sandbox.customerAnswersTransfer({ customer: full.id, accept: false, reason: 'customer_limit_exceed' })
    await arrive()
    await work()
    await work()
    expect(await rows(refusing.leadId)).toMatchObject([{ state: 'refused' }])
    // Whoever has no room is passed over for the next.
    const [second] = await rows(full.leadId)
    expect(second).toMatchObject({ state: 'asked' })
    expect(second?.takeover).not.toBe(first?.takeover)
    here.clock.advance(day + 60_000)
    await here.sandbox.advance({ ms: 0 })
    await arrive()
    await work()
    const ended = await here.db.query<{ state: string; count: number }>(
      "SELECT state, count(*)::int AS count FROM transfers WHERE handover = 'ZhangWei' AND way = 'leaver' GROUP BY state ORDER BY state",
    )
    expect(ended).toEqual([
      { state: 'done', count: 6 },
      { state: 'refused', count: 1 },
    ])
    const greeted = await here.db.query(
      "SELECT 1 FROM messages WHERE content_id = 'transferred' AND purpose = 'handover'",
    )
    expect(greeted).toHaveLength(6)
    // A manager names somebody: it is tried once more, and looks found.
    const [failed] = await here.db.query<{ id: string }>(
      "SELECT id FROM transfers WHERE lead_id = $1 AND state = 'refused'",
      [refusing.leadId],
    )
    await here.db.transaction((tx) =>
      transferAgain(tx, here.house, { id: failed?.id ?? '', to: 'LiuYang', by: 'ChenJing' }),
    )
    await work()
    expect(await rows(refusing.leadId)).toMatchObject([{ state: 'asked', takeover: 'LiuYang' }])
  })

  it('whom somebody gave away in the admin console meanwhile are no work of ours', async () => {
    const { id, leadId } = await customerNamed(here, '控制台', 'LiuYang')
    await here.db.query("UPDATE staff SET absent_until = 'infinity' WHERE userid <> 'LiuYang'")
    await here.sandbox.staffLeaves({ userid: 'LiuYang' })
    await arrive()
    here.clock.advance(3 * 60_000)
    await here.work('find-leavers', 'follow-transfers')
    expect(await states(leadId)).toEqual(['unplaced'])
    expect((await notices(null, 'transfers-failed')).map(({ recipient }) => recipient)).toContain('ChenJing')
    const relation = here.sandbox.world.relations.find((one) => one.external_userid === id)
    if (relation) relation.deletedByStaff = here.clock.now().getTime()
    here.clock.advance(2 * hour)
    await here.work('find-leavers')
    expect(await rows(leadId)).toMatchObject([{ state: 'cancelled', faultId: 'not_listed' }])
    await here.db.query('UPDATE staff SET absent_until = NULL')
  })
})

describe('all that a leaver still has', () => {
  const chen = { userid: 'ChenJing', reach: 'all', team: null } as const
  const give = (to: string | null, from = 'ChenTong') =>
    here.db.transaction((tx) => startGiveLeaver(tx, here.house, { from, to, by: 'ChenJing', reacher: chen }))
  const left = async (name: string, state: string) => {
    const { id, leadId } = await customerNamed(here, name, 'LiLei')
    await here.db.query(
      `INSERT INTO transfers (id, external_userid, lead_id, handover, state, reason, way, left_at, asked_at) VALUES ($1, $2, $3, 'ChenTong', $4, 'resigned', 'leaver', $5, $5)`,
      [newId(here.clock), id, leadId, state, here.clock.now()],
    )
    return leadId
  }

  it('goes to one colleague, each customer once, though the worker dies in between; who refused is not asked again', async () => {
    await here.db.query(
      "INSERT INTO staff (userid, active, in_scope, created_at, updated_at) VALUES ('ChenTong', false, false, now(), now()) ON CONFLICT DO NOTHING",
    )
    const leadIds = [await left('剩一', 'unplaced'), await left('剩二', 'failed'), await left('剩三', 'refused')]
    await expect(give('chentong')).rejects.toMatchObject({ id: 'takeover_unknown' })
    const job = await give('hanmeimei')
    expect(job.total).toBe(2)
    // The one before died with the job in its hands.
    await here.db.query("UPDATE jobs SET state = 'working', claimed_until = $2 WHERE id = $1", [
      job.id,
      new Date(here.clock.now().getTime() - 1),
    ])
    await here.work('give-leaver')
    await here.work('give-leaver')
    const ended = await here.db.query('SELECT state, done, result FROM jobs WHERE id = $1', [job.id])
    expect(ended).toMatchObject([{ state: 'done', done: 2, result: { done: 2 } }])
    const stand = await Promise.all(leadIds.map(rows))
    expect(stand.map(([one]) => [one?.state, one?.takeover])).toEqual([
      ['wanted', 'HanMeimei'],
      ['wanted', 'HanMeimei'],
      ['refused', null],
    ])
    await expect(give(null)).rejects.toMatchObject({ id: 'nothing_left' })
    expect(await countTransfers(here.db, here.house, { handover: 'ChenTong' })).toMatchObject({
      states: { wanted: 2, refused: 1 },
      usedUp: 0,
    })
  })
})

describe('customers of somebody who is away', () => {
  it('are looked after meanwhile by who covers for him, and his again when he is back', async () => {
    const { leadId, todo } = await busyCustomer('褚二')
    await promised(leadId, 'LiLei')
    const away = (until: Date | null) =>
      here.db.transaction((tx) => sayAbsent(tx, here.house, { userid: 'LiLei', until, cover: 'HanMeimei' }))
    await away(new Date(here.clock.now().getTime() + 3 * day))
    await work()
    await work()
    expect(await held(leadId, todo)).toMatchObject({
      owner: 'HanMeimei',
      tasks: [{ owner: 'HanMeimei' }],
      deal: 'HanMeimei',
      // They are no friends: what only he can send stays his.
      message: { state: 'waiting', userid: 'LiLei' },
    })
    expect(await rows(leadId)).toMatchObject([{ state: 'done', reason: 'absence', way: 'none' }])
    expect(await readOpenPromise(here.db, leadId)).toMatchObject({ userid: 'HanMeimei' })
    expect(await notices(leadId, 'human-wanted')).toMatchObject([{ recipient: 'HanMeimei' }, { recipient: 'LiLei' }])
    here.clock.advance(3 * day + hour)
    await work()
    await work()
    expect(await held(leadId, todo)).toMatchObject({ owner: 'LiLei', tasks: [{ owner: 'LiLei' }], deal: 'LiLei' })
    const promise = (await readOpenPromise(here.db, leadId)) as OpenPromise
    expect(promise.userid).toBe('LiLei')
    await keepPromise(here.house, { id: promise.id, userid: 'lilei' })
    await keepPromise(here.house, { id: promise.id, userid: 'lilei' })
    expect(await readOpenPromise(here.db, leadId)).toBeNull()
    await expect(keepPromise(here.house, { id: promise.id, userid: 'nobody' })).rejects.toMatchObject({ status: 403 })
    await expect(
      here.db.transaction((tx) => sayAbsent(tx, here.house, { userid: 'LiLei', until: null, cover: 'lilei' })),
    ).rejects.toMatchObject({ id: 'cover_unknown' })
  })
})

describe('the customers of a member who stays', () => {
  it('go to one colleague in one go: WeCom is asked for many at once, and each that cannot go is told with its reason', async () => {
    const given = [await customerNamed(here, '孔一', 'ZhaoQian'), await customerNamed(here, '孔二', 'ZhaoQian')]
    const stays = await customerNamed(here, '孔三', 'ZhaoQian')
    await ask({ leadId: stays.leadId, takeover: 'HanMeimei', how: 'introduction' })
    await owned(given[0]?.leadId ?? '', 'ZhaoQian')
    const wish = { from: 'ZhaoQian', what: ['leads', 'customers'] as const, anyway: true }
    const who = {
      by: { id: 'ChenJing', roles: ['manager'] },
      reacher: { userid: null, reach: 'all' as const, team: null },
    }
    const start = (to: string | null) =>
      here.db.transaction((tx) => startHandOver(tx, here.house, { ...wish, to }, who))
    await expect(start(null)).rejects.toMatchObject({ id: 'takeover_unknown' })
    const before = calls().length
    const { id } = await start('LiLei')
    await here.work('hand-over', 'follow-transfers')
    expect(calls().length).toBe(before + 1)
    const lines = await here.db.query<{ outcome: string; problem: string | null }>(
      'SELECT outcome, problem FROM job_rows WHERE job_id = $1 ORDER BY row',
      [id],
    )
    expect(lines.filter(({ outcome }) => outcome === 'done')).toHaveLength(3)
    expect(lines.find(({ outcome }) => outcome === 'refused')?.problem).toMatch(/正在转接中/)
    for (const { leadId } of given) expect(await rows(leadId)).toMatchObject([{ state: 'asked', takeover: 'LiLei' }])
  })
})
