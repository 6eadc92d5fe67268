import { beforeAll, describe, expect, it } from 'vitest'
import { type Corp, corp, customerNamed } from '../../support/corp.ts'
import { testDatabase } from '../../support/db.ts'

let here: Corp
beforeAll(async () => {
  here = await corp(await testDatabase())
  await here.settle(2)
})

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
