import { beforeAll, describe, expect, it } from 'vitest'
import { askTransfer, pollTransfers } from '../../../src/mirror/transfers.ts'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
const day = 86_400_000
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
})

const ask = (leadId: string, externalUserId: string, handover: string, takeover: string) =>
  askTransfer(here.house, { leadId, externalUserId, handover, takeover, by: 'ChenJing' })
const states = (id: string) =>
  here.db.query('SELECT state, reason FROM transfers WHERE external_userid = $1 ORDER BY asked_at', [id])

describe('a member', () => {
  it('is one person however his userid is spelled, and keeps the spelling he was registered with', async () => {
    const { external_userid: id } = await here.sandbox.createCustomer({ name: '张三' })
    await here.sandbox.customerScans({ customer: id, userid: 'LiLei' })
    await here.sandbox.emitEvent({
      fields: {
        Event: 'change_external_contact',
        ChangeType: 'edit_external_contact',
        UserID: 'lilei',
        ExternalUserID: id,
      },
    })
    await here.settle()
    expect(await here.db.query('SELECT userid FROM follows WHERE external_userid = $1', [id])).toEqual([
      { userid: 'LiLei' },
    ])
    expect(await here.db.query("SELECT userid FROM staff WHERE lower(userid) = 'lilei'")).toEqual([{ userid: 'LiLei' }])
  })

  it('who leaves the visible scope gives back what he holds; who returns finds his customers', async () => {
    const { id, leadId } = await customerNamed(here, '李四', 'LiuYang')
    await here.settle()
    await here.db.query(
      `INSERT INTO review_queue (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version, claimed_by, claimed_until)
       VALUES ($1, false, 0, $2, $2, '[]', 1, 'liuyang', $2) ON CONFLICT (lead_id) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until`,
      [leadId, here.clock.now()],
    )
    await here.db.query(
      "INSERT INTO sessions (id_hash, userid, created_at, seen_at, expires_at) VALUES ('x', 'LiuYang', $1, $1, $1)",
      [here.clock.now()],
    )
    await here.sandbox.staffScope({ userid: 'LiuYang', inScope: false })
    await here.settle()
    expect(await here.follow('LiuYang', id)).toMatchObject({ state: 'out_of_scope' })
    expect(await here.db.query('SELECT claimed_by FROM review_queue WHERE lead_id = $1', [leadId])).toEqual([
      { claimed_by: null },
    ])
    expect(await here.db.query("SELECT 1 FROM sessions WHERE userid = 'LiuYang'")).toEqual([])
    const marks = here.sandbox.callsTo('externalcontact/mark_tag').length
    await here.db.query("UPDATE leads SET stage = 'MQL' WHERE id = $1", [leadId])
    await here.settle()
    expect(here.sandbox.callsTo('externalcontact/mark_tag')).toHaveLength(marks)
    await here.sandbox.staffScope({ userid: 'LiuYang', inScope: true })
    await here.settle()
    expect(await here.follow('LiuYang', id)).toMatchObject({ state: 'full' })
    expect(here.worn('LiuYang', id, '客户阶段')).toEqual(['MQL · 市场认可'])
  })
})

describe('a transfer', () => {
  it('moves the customer after a day, and the lead goes with him', async () => {
    const { id, leadId } = await customerNamed(here, '王五', 'LiLei')
    await here.settle()
    await ask(leadId, id, 'LiLei', 'hanmeimei')
    await expect(ask(leadId, id, 'LiLei', 'HanMeimei')).rejects.toMatchObject({ id: 'transfer_running' })
    here.clock.advance(day + 1_000)
    await here.sandbox.advance({ ms: 0 })
    await here.settle()
    await pollTransfers(here.house)
    expect(await states(id)).toEqual([{ state: 'done', reason: null }])
    expect(await here.follow('LiLei', id)).toMatchObject({ state: 'deleted_by_us' })
    expect(await here.follow('HanMeimei', id)).toMatchObject({ state: 'full' })
    expect((await here.lead(id)).id).toBe(leadId)
    expect(here.worn('HanMeimei', id, '客户阶段')).toHaveLength(1)
  })

  it('that the customer refuses says so; two in ninety days are all there is', async () => {
    const { id, leadId } = await customerNamed(here, '赵六', 'LiLei')
    await here.settle()
    await ask(leadId, id, 'LiLei', 'HanMeimei')
    await here.sandbox.customerAnswersTransfer({ customer: id, accept: false })
    await here.settle()
    expect(await states(id)).toEqual([{ state: 'refused', reason: '客户拒绝了转接' }])
    for (const [from, to] of [
      ['LiLei', 'HanMeimei'],
      ['HanMeimei', 'LiLei'],
    ] as const) {
      await ask(leadId, id, from, to)
      await here.sandbox.customerAnswersTransfer({ customer: id, accept: true })
      await here.settle()
      await pollTransfers(here.house)
    }
    await expect(ask(leadId, id, 'LiLei', 'HanMeimei')).rejects.toMatchObject({ id: 'transfer_budget' })
    here.clock.advance(91 * day)
    await ask(leadId, id, 'LiLei', 'HanMeimei')
  })

  it('that WeCom refuses is over at once, with its reason', async () => {
    const { id, leadId } = await customerNamed(here, '孙七', 'LiLei')
    await here.settle()
    await expect(ask(leadId, id, 'HanMeimei', 'LiLei')).rejects.toMatchObject({ reason: 'wecom_40131' })
    expect(await states(id)).toMatchObject([{ state: 'failed' }])
  })
})

describe('a customer group', () => {
  it('is fetched once it is quiet, and known to be gone when it is', async () => {
    const { chat_id: chatId } = await here.sandbox.createGroupChat({ owner: 'LiLei', name: '老客户群' })
    for (let i = 0; i < 5; i++) await here.sandbox.changeGroupChat({ chat_id: chatId, name: `老客户群 ${i}` })
    await here.settle()
    const read = () =>
      here.db.query('SELECT owner, name, dismissed_at IS NOT NULL AS gone FROM group_chats WHERE chat_id = $1', [
        chatId,
      ])
    expect(await read()).toEqual([{ owner: 'LiLei', name: '老客户群 4', gone: false }])
    expect(here.sandbox.callsTo('externalcontact/groupchat/get')).toHaveLength(1)
    const chat = here.sandbox.world.groupChats.find((one) => one.chat_id === chatId)
    if (chat) chat.dismissed = true
    await here.sandbox.emitEvent({ fields: { Event: 'change_external_chat', ChangeType: 'update', ChatId: chatId } })
    await here.settle()
    expect(await read()).toEqual([{ owner: 'LiLei', name: '老客户群 4', gone: true }])
  })
})
