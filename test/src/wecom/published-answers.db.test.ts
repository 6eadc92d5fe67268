import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sendAppMessage, updateCard } from '../../../src/wecom/app-messages.ts'
import * as ways from '../../../src/wecom/contact-ways.ts'
import * as contacts from '../../../src/wecom/contacts.ts'
import * as directory from '../../../src/wecom/directory.ts'
import * as groupSend from '../../../src/wecom/group-send.ts'
import * as groups from '../../../src/wecom/groups.ts'
import * as kf from '../../../src/wecom/kf.ts'
import { uploadImage, uploadMedia } from '../../../src/wecom/media.ts'
import * as menu from '../../../src/wecom/menu.ts'
import * as oauth from '../../../src/wecom/oauth.ts'
import * as tags from '../../../src/wecom/tags.ts'
import * as transfer from '../../../src/wecom/transfer.ts'
import { sendWelcome } from '../../../src/wecom/welcome.ts'

import { wecomBench } from '../../support/wecom-bench.ts'

const answerFile = new URL('../../fixtures/wecom/answers.json', import.meta.url)
const published: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(answerFile, 'utf8'))
const bench = wecomBench()
const soon = () => new Date(bench.clock.now().getTime() + 20_000)

/** Scripts the published sample as the only page. */
const sample = (path: string): void => {
  const answer = published[path]
  if (!answer) throw new Error(`no published answer for ${path}`)
  const paged = 'next_cursor' in answer && path !== 'kf/sync_msg' ? { ...answer, next_cursor: '' } : answer
  bench.fake.script(path, paged)
}

type Row = [path: string, run: () => Promise<unknown>, expected: unknown]
const bytes = Buffer.from('hello')
const rows: Row[] = [
  ['externalcontact/get_follow_user_list', () => contacts.listFollowUsers(bench.wecom), ['zhangsan', 'lissi']],
  [
    'externalcontact/list',
    () => contacts.listCustomers(bench.wecom, 'a'),
    expect.arrayContaining(['woAJ2GCAAAXtWyujaWJHDDGi0mACAAA']),
  ],
  [
    'externalcontact/get',
    () => contacts.getContact(bench.wecom, 'wo'),
    {
      external_contact: expect.objectContaining({ name: '李四' }),
      follow_user: [
        expect.objectContaining({ userid: 'rocky' }),
        expect.objectContaining({ state: '外联二维码1', tags: [] }),
      ],
    },
  ],
  [
    'externalcontact/batch/get_by_user',
    () => contacts.listContactsByStaff(bench.wecom, { userid_list: ['a'] }),
    expect.objectContaining({
      external_contact_list: expect.arrayContaining([
        expect.objectContaining({
          follow_info: expect.objectContaining({ tag_id: ['etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA'] }),
        }),
      ]),
    }),
  ],
  [
    'externalcontact/remark',
    () => contacts.remarkContact(bench.wecom, { userid: 'a', external_userid: 'b', remark: 'c' }),
    undefined,
  ],
  [
    'externalcontact/get_user_behavior_data',
    () => contacts.getBehaviour(bench.wecom, { userid: ['a'], start_time: 1, end_time: 2 }),
    expect.arrayContaining([expect.objectContaining({ reply_percentage: 60.25 })]),
  ],
  [
    'externalcontact/get_corp_tag_list',
    () => tags.listCorpTags(bench.wecom),
    [
      expect.objectContaining({
        group_id: 'TAG_GROUPID1',
        tag: [expect.objectContaining({ id: 'TAG_ID1' }), expect.anything()],
      }),
    ],
  ],
  [
    'externalcontact/add_corp_tag',
    () => tags.addCorpTags(bench.wecom, { group_name: 'g', tag: [{ name: 't' }] }),
    expect.objectContaining({ group_id: 'TAG_GROUPID1' }),
  ],
  ['externalcontact/edit_corp_tag', () => tags.editCorpTag(bench.wecom, { id: 'a', name: 'b' }), undefined],
  ['externalcontact/del_corp_tag', () => tags.deleteCorpTags(bench.wecom, { tag_id: ['a'] }), undefined],
  [
    'externalcontact/mark_tag',
    () => tags.markTags(bench.wecom, { userid: 'a', external_userid: 'b', add_tag: ['c'] }),
    undefined,
  ],
  [
    'externalcontact/add_contact_way',
    () => ways.addContactWay(bench.wecom, { type: 1, scene: 2, user: ['a'] }),
    expect.objectContaining({ config_id: '42b34949e138eb6e027c123cba77fAAA' }),
  ],
  [
    'externalcontact/get_contact_way',
    () => ways.getContactWay(bench.wecom, 'a'),
    expect.objectContaining({ state: 'teststate' }),
  ],
  [
    'externalcontact/update_contact_way',
    () => ways.updateContactWay(bench.wecom, { config_id: 'a', user: ['b'] }),
    undefined,
  ],
  ['externalcontact/del_contact_way', () => ways.deleteContactWay(bench.wecom, 'a'), undefined],
  [
    'externalcontact/send_welcome_msg',
    () => sendWelcome(bench.wecom, { welcome_code: 'c', text: { content: 't' } }, soon()),
    undefined,
  ],
  [
    'externalcontact/add_msg_template',
    () => groupSend.addGroupSend(bench.wecom, { sender: 'a', external_userid: ['b'] }),
    expect.objectContaining({ msgid: 'msgGCAAAXtWyujaWJHDDGi0mAAAA', fail_list: ['wmqfasd1e1927831123109rBAAAA'] }),
  ],
  [
    'externalcontact/get_groupmsg_list_v2',
    () => groupSend.listGroupSends(bench.wecom, { chat_type: 'single', start_time: 1, end_time: 2 }),
    [expect.objectContaining({ msgid: 'msgGCAAAXtWyujaWJHDDGi0mAAAA' })],
  ],
  [
    'externalcontact/get_groupmsg_task',
    () => groupSend.listGroupSendTasks(bench.wecom, 'm'),
    [expect.objectContaining({ userid: 'zhangsan' })],
  ],
  [
    'externalcontact/get_groupmsg_send_result',
    () => groupSend.listGroupSendResults(bench.wecom, 'm', 'zhangsan'),
    [expect.objectContaining({ status: 1 })],
  ],
  ['externalcontact/remind_groupmsg_send', () => groupSend.remindGroupSend(bench.wecom, 'm'), undefined],
  ['externalcontact/cancel_groupmsg_send', () => groupSend.cancelGroupSend(bench.wecom, 'm'), undefined],
  [
    'externalcontact/transfer_customer',
    () =>
      transfer.transferCustomers(bench.wecom, { handover_userid: 'a', takeover_userid: 'b', external_userid: ['c'] }),
    expect.arrayContaining([expect.objectContaining({ errcode: 0 })]),
  ],
  [
    'externalcontact/transfer_result',
    () => transfer.listTransferOutcomes(bench.wecom, { handover_userid: 'a', takeover_userid: 'b' }),
    expect.arrayContaining([expect.objectContaining({ status: 3 })]),
  ],
  [
    'externalcontact/resigned/transfer_customer',
    () =>
      transfer.transferFromLeaver(bench.wecom, { handover_userid: 'a', takeover_userid: 'b', external_userid: ['c'] }),
    expect.arrayContaining([expect.objectContaining({ errcode: 0 })]),
  ],
  [
    'externalcontact/resigned/transfer_result',
    () => transfer.listLeaverTransferOutcomes(bench.wecom, { handover_userid: 'a', takeover_userid: 'b' }),
    expect.arrayContaining([expect.objectContaining({ status: 2 })]),
  ],
  [
    'externalcontact/get_unassigned_list',
    () => transfer.listUnassignedPage(bench.wecom, ''),
    expect.objectContaining({
      items: expect.arrayContaining([expect.objectContaining({ handover_userid: 'zhangsan' })]),
      next: '',
    }),
  ],
  [
    'externalcontact/groupchat/list',
    () => groups.listGroupChats(bench.wecom, ['abel']),
    [expect.objectContaining({ status: 0 }), expect.anything()],
  ],
  [
    'externalcontact/groupchat/get',
    () => groups.getGroupChat(bench.wecom, 'c'),
    expect.objectContaining({ name: '销售客服群', owner: 'ZhuShengBen' }),
  ],
  ['externalcontact/opengid_to_chatid', () => groups.chatIdOf(bench.wecom, 'o'), 'ooAAAAAAAAAAA'],
  [
    'message/send',
    () => sendAppMessage(bench.wecom, ['a', 'b'], { msgtype: 'text', text: { content: 'x' } }),
    expect.objectContaining({ invaliduser: ['userid1', 'userid2'], msgid: 'xxxx', response_code: 'xyzxyz' }),
  ],
  [
    'message/update_template_card',
    () => updateCard(bench.wecom, { userids: ['a'], response_code: 'r', button: { replace_name: '已接受' } }),
    expect.objectContaining({ invaliduser: [] }),
  ],
  [
    'media/upload',
    () => uploadMedia(bench.wecom, 'image', { name: 'a.png', type: 'image/png', bytes }),
    expect.objectContaining({ media_id: expect.any(String) }),
  ],
  [
    'media/uploadimg',
    () => uploadImage(bench.wecom, { name: 'a.png', type: 'image/png', bytes }),
    expect.stringMatching(/^http/),
  ],
  [
    'user/get',
    () => directory.getMember(bench.wecom, 'zhangsan'),
    expect.objectContaining({ name: '张三', status: 1, department: [1, 2] }),
  ],
  ['user/simplelist', () => directory.listMembers(bench.wecom, 1), [expect.objectContaining({ userid: 'zhangsan' })]],
  [
    'department/list',
    () => directory.listDepartments(bench.wecom),
    [expect.objectContaining({ id: 2 }), expect.objectContaining({ id: 3 })],
  ],
  [
    'auth/getuserdetail',
    () => oauth.getVisitorDetail(bench.wecom, 't'),
    expect.objectContaining({ mobile: '13800000000' }),
  ],
  [
    'kf/account/list',
    () => kf.listKfAccounts(bench.wecom),
    [expect.objectContaining({ name: '咨询客服', manage_privilege: false })],
  ],
  [
    'kf/sync_msg',
    () => kf.syncKfMessages(bench.wecom, { open_kfid: 'wk' }),
    expect.objectContaining({
      has_more: 1,
      next_cursor: '4gw7MepFLfgF2VC5npN',
      msg_list: [expect.objectContaining({ origin: 3 })],
    }),
  ],
  [
    'kf/send_msg',
    () =>
      kf.sendKfMessage(bench.wecom, {
        touser: 'a',
        open_kfid: 'b',
        msgid: 'm',
        msgtype: 'text',
        text: { content: 'x' },
      }),
    { msgid: 'MSG_ID' },
  ],
  [
    'kf/send_msg_on_event',
    () => kf.sendKfEventMessage(bench.wecom, { code: 'c', msgtype: 'text', text: { content: 'x' } }),
    { msgid: 'MSG_ID' },
  ],
  [
    'kf/service_state/trans',
    () => kf.moveKfState(bench.wecom, { open_kfid: 'a', external_userid: 'b', service_state: 3, servicer_userid: 'c' }),
    expect.objectContaining({ msg_code: 'MSG_CODE' }),
  ],
  [
    'kf/customer/batchget',
    () => kf.getKfCustomers(bench.wecom, ['a']),
    expect.objectContaining({
      customer_list: [expect.objectContaining({ nickname: '张三' })],
      invalid_external_userid: ['zhangsan'],
    }),
  ],
  [
    'agent/get',
    () => menu.getAppSettings(bench.wecom),
    expect.objectContaining({ redirect_domain: 'open.work.weixin.qq.com' }),
  ],
]

describe('published answers', () => {
  it.each(rows)('of %s are understood', async (path, run, expected) => {
    sample(path)
    expect(await run()).toEqual(expected)
    expect(bench.fake.of(path)).toHaveLength(1)
  })
})
