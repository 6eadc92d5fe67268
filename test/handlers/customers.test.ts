import { describe, expect, it } from 'vitest'
import addExternalContact from '../../handlers/wecom/change_external_contact/add_external_contact.ts'
import addHalf from '../../handlers/wecom/change_external_contact/add_half_external_contact.ts'
import delExternalContact from '../../handlers/wecom/change_external_contact/del_external_contact.ts'
import delFollowUser from '../../handlers/wecom/change_external_contact/del_follow_user.ts'
import editExternalContact from '../../handlers/wecom/change_external_contact/edit_external_contact.ts'
import transferFail from '../../handlers/wecom/change_external_contact/transfer_fail.ts'
import accept from '../../handlers/wecom/template_card_event/accept.ts'
import decline from '../../handlers/wecom/template_card_event/decline.ts'
import { intentsOf } from '../../src/inbox/intents.ts'

const lead = { identities: [{ kind: 'externalUserId', value: 'wmA' }] }

describe('a customer adds one of our people', () => {
  it('opens a lead with its source, starts the relation and asks for the welcome', () => {
    expect(
      intentsOf(addExternalContact, { UserID: 'LiLei', ExternalUserID: 'wmA', State: 'lc_expo', WelcomeCode: 'w1' }),
    ).toEqual([
      { verb: 'leads.open', lead, source: { state: 'lc_expo' }, userid: 'LiLei' },
      { verb: 'follows.start', lead, userid: 'LiLei', half: false, state: 'lc_expo' },
      { verb: 'follows.stale', externalUserId: 'wmA', userid: 'LiLei' },
      {
        verb: 'messages.plan',
        lead,
        words: 'welcome',
        purpose: 'welcome',
        channel: 'welcome',
        userid: 'LiLei',
        extra: { code: 'w1' },
        within: '20s',
      },
    ])
  })

  it('says no welcome where WeCom gives no code, and takes an empty state for none', () => {
    const said = intentsOf(addExternalContact, { UserID: 'LiLei', ExternalUserID: 'wmA', State: '', WelcomeCode: '' })
    expect(said.map(({ verb }) => verb)).toEqual(['leads.open', 'follows.start', 'follows.stale'])
    expect(said[0]).toMatchObject({ source: { state: undefined } })
  })

  it('goes in a lane that no storm delays', () => {
    expect(addExternalContact.lane).toBe('welcome')
    expect(addHalf.lane).toBe('welcome')
    expect(editExternalContact.lane).toBe('storm')
  })

  it('knows a half relation from a full one', () => {
    expect(intentsOf(addHalf, { UserID: 'LiLei', ExternalUserID: 'wmA' })).toContainEqual({
      verb: 'follows.start',
      lead,
      userid: 'LiLei',
      half: true,
      state: undefined,
    })
  })

  it('refuses an add that names nobody', () => {
    expect(() => intentsOf(addExternalContact, { UserID: 'LiLei', ExternalUserID: '' })).toThrow(/ExternalUserID/)
  })
})

describe('a relation ends', () => {
  it('tells a transfer from a deletion', () => {
    expect(
      intentsOf(delExternalContact, { UserID: 'a', ExternalUserID: 'wmA', Source: 'DELETE_BY_TRANSFER' })[0],
    ).toEqual({ verb: 'follows.end', externalUserId: 'wmA', userid: 'a', how: 'transferred' })
    expect(intentsOf(delExternalContact, { UserID: 'a', ExternalUserID: 'wmA' })[0]).toMatchObject({
      how: 'deleted_by_us',
    })
  })

  it('tells the member whom the customer deleted', () => {
    expect(intentsOf(delFollowUser, { UserID: 'a', ExternalUserID: 'wmA' })).toContainEqual({
      verb: 'notices.tell',
      roles: [],
      words: 'customer-deleted-you',
      userid: 'a',
      lead,
      variables: {},
    })
  })

  it('says in plain words why a transfer failed', () => {
    const said = intentsOf(transferFail, { UserID: 'b', ExternalUserID: 'wmA', FailReason: 'customer_refused' })
    expect(said[0]).toEqual({
      verb: 'transfers.failed',
      externalUserId: 'wmA',
      takeover: 'b',
      reason: 'customer_refused',
    })
    expect(said[2]).toMatchObject({ variables: { reason: '客户拒绝了转接' } })
  })
})

describe('a rep answers an offer by its card', () => {
  const card = { FromUserName: 'LiLei', TaskId: 'offer-1', ResponseCode: 'rc' }

  it('accepts by the offer the key names', () => {
    expect(intentsOf(accept, { ...card, EventKey: 'accept:0190' })).toEqual([
      {
        verb: 'offers.answer',
        offerId: '0190',
        userid: 'LiLei',
        answer: 'accept',
        card: { taskId: 'offer-1', responseCode: 'rc' },
      },
    ])
  })

  it.each([
    ['one item', { SelectedItem: { QuestionKey: 'reason', OptionIds: { OptionId: 'busy' } } }, 'busy'],
    [
      'several items',
      {
        SelectedItem: [
          { QuestionKey: 'x', OptionIds: { OptionId: 'y' } },
          { QuestionKey: 'reason', OptionIds: { OptionId: ['busy', 'far'] } },
        ],
      },
      'busy',
    ],
    ['an empty element', '', '未选择原因'],
    ['nothing', undefined, '未选择原因'],
  ])('declines with the reason of the selection: %s', (_name, SelectedItems, reason) => {
    expect(intentsOf(decline, { ...card, EventKey: 'decline:0190', SelectedItems })[0]).toMatchObject({
      answer: 'decline',
      reason,
      offerId: '0190',
    })
  })
})
