import { describe, expect, it } from 'vitest'
import enterSession from '../../handlers/kf/event/enter_session.ts'
import sessionStatus from '../../handlers/kf/event/session_status_change.ts'
import kfText from '../../handlers/kf/text.ts'
import chatDismiss from '../../handlers/wecom/change_external_chat/dismiss.ts'
import tagShuffle from '../../handlers/wecom/change_external_tag/shuffle.ts'
import messageFromCustomer from '../../handlers/wecom/customer_acquisition/message_from_customer.ts'
import quotaExpireSoon from '../../handlers/wecom/customer_acquisition/quota_expire_soon.ts'
import kfAuth from '../../handlers/wecom/kf_account_auth_change.ts'
import kfMsg from '../../handlers/wecom/kf_msg_or_event.ts'
import text from '../../handlers/wecom/message/text.ts'
import unsubscribe from '../../handlers/wecom/unsubscribe.ts'
import { intentsOf } from '../../src/inbox/intents.ts'

const lead = { identities: [{ kind: 'externalUserId', value: 'wmA' }] }

describe('微信客服', () => {
  it('only asks for a pull, one account after the other', () => {
    expect(intentsOf(kfMsg, { OpenKfId: 'wk1', Token: '' })).toEqual([
      { verb: 'kf.pull', openKfId: 'wk1', token: undefined },
    ])
    expect(kfMsg.subject?.({ OpenKfId: 'wk1' })).toBe('wk1')
  })

  it('keeps every one of repeated siblings', () => {
    expect(intentsOf(kfAuth, { AuthAddOpenKfId: ['wk1', 'wk2'], AuthDelOpenKfId: 'wk3' })).toEqual([
      { verb: 'kf.accounts', granted: ['wk1', 'wk2'], gone: ['wk3'] },
    ])
    expect(intentsOf(kfAuth, {})).toEqual([{ verb: 'kf.accounts', granted: [], gone: [] }])
  })

  it('hears a customer, and takes a colleague for no customer', () => {
    const message = { msgid: 'm1', open_kfid: 'wk1', external_userid: 'wmA', text: { content: '多少钱' } }
    expect(intentsOf(kfText, { ...message, origin: 3 }).map(({ verb }) => verb)).toEqual([
      'kf.heard',
      'leads.note',
      'skills.hear',
    ])
    expect(intentsOf(kfText, { ...message, origin: 5, servicer_userid: 'LiLei' })).toEqual([
      { verb: 'leads.contacted', lead, userid: 'LiLei' },
      { verb: 'leads.note', lead, type: 'kf_reply', data: { openKfId: 'wk1', userid: 'LiLei' } },
    ])
  })

  it('greets by the code of the session within its 20 seconds', () => {
    const said = intentsOf(enterSession, {
      event: { open_kfid: 'wk1', external_userid: 'wmA', scene: 'site', welcome_code: 'c' },
    })
    expect(said[0]).toMatchObject({ verb: 'leads.open', source: { kind: 'kf', channel: 'site' } })
    expect(said[2]).toMatchObject({
      verb: 'messages.plan',
      channel: 'kf',
      within: '20s',
      extra: { code: 'c', openKfId: 'wk1' },
    })
    expect(enterSession.lane).toBe('welcome')
  })

  it('knows who serves now', () => {
    expect(
      intentsOf(sessionStatus, {
        event: { open_kfid: 'wk1', external_userid: 'wmA', change_type: 2, new_servicer_userid: 'b' },
      })[0],
    ).toEqual({ verb: 'kf.session', openKfId: 'wk1', lead, state: 3, servicer: 'b' })
    expect(
      intentsOf(sessionStatus, { event: { open_kfid: 'wk1', external_userid: 'wmA', change_type: 3 } })[0],
    ).toMatchObject({ state: 4, servicer: undefined })
  })
})

describe('the corp changes', () => {
  it('takes an order change of groups, which names nothing', () => {
    expect(intentsOf(tagShuffle, { Id: '' })).toEqual([{ verb: 'tags.definitions' }])
  })

  it('knows a dissolved group', () => {
    expect(intentsOf(chatDismiss, { ChatId: 'wr1' })).toEqual([
      { verb: 'groups.changed', chatId: 'wr1', dismissed: true },
    ])
  })

  it('takes leaving the scope for leaving', () => {
    expect(intentsOf(unsubscribe, { FromUserName: 'LiLei' })).toEqual([
      { verb: 'staff.scope', userid: 'LiLei', inScope: false },
    ])
  })
})

describe('the acquisition assistant', () => {
  it('takes both shapes of a customer message', () => {
    expect(intentsOf(messageFromCustomer, { LinkId: 'c', ChatKey: 'k' })).toEqual([])
    expect(intentsOf(messageFromCustomer, { LinkId: 'c', ExternalUserID: 'wmA', UserID: 'a' })).toMatchObject([
      { verb: 'leads.note', lead },
    ])
  })

  it('says how many expire', () => {
    expect(intentsOf(quotaExpireSoon, { ExpireTime: '1768435200', ExpireQuotaNum: '120' })[0]).toMatchObject({
      variables: { reason: '获客助手有 120 次即将到期，请尽快使用' },
    })
  })
})

it('keeps a 64-bit MsgId as text', () => {
  expect(intentsOf(text, { FromUserName: 'a', Content: 'hi', MsgId: '4561255354251345929' })).toEqual([
    { verb: 'skills.hear', speaker: 'staff', userid: 'a', text: 'hi', messageId: '4561255354251345929', kind: 'text' },
  ])
})
