import { refuse, WecomError } from '../errcodes.ts'
import { type Fields, flag, needText, object, objects, text, texts, whole } from '../fields.ts'
import { apiKnows, friends, needFollower, relationOf, relationsOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { GroupSend, Relation } from '../world.ts'
import { contentOf } from './attachments.ts'
import { limited } from './customers.ts'
import { type Apis, post } from './definition.ts'
import { paged } from './paging.ts'

/** Tasks reach the members' phones a moment after the call. */
const dispatchMs = 2000

/** 企业群发 (WeCom doc 92135, 93338, 97610, 97611). Nothing is sent here: each member confirms by hand. */
export const groupSendApis: Apis = {
  'externalcontact/add_msg_template': post(({ body }, wecom) => {
    const chatType = text(body, 'chat_type') || 'single'
    if (chatType !== 'single' && chatType !== 'group') throw new WecomError(40058)
    const content = contentOf(wecom, body)
    const senderId = text(body, 'sender')
    const sender = senderId ? needFollower(wecom, senderId).userid : undefined
    const wanted = texts(body, 'external_userid', 10_000)
    const failed: string[] = []
    const targets = new Map<string, string[]>()
    const add = (userid: string, target: string) => targets.set(userid, [...(targets.get(userid) ?? []), target])
    if (chatType === 'group') {
      if (!sender) throw new WecomError(40063)
      const chats = texts(body, 'chat_id_list', 2000)
      for (const chat of wecom.world.groupChats)
        if (chat.owner === sender && !chat.dismissed && (!chats.length || chats.includes(chat.chat_id)))
          add(sender, chat.chat_id)
    } else {
      if (!wanted.length && !sender) throw new WecomError(40063)
      const chosen = wanted.length ? [...new Set(wanted)] : customersOf(wecom, sender ?? '', body)
      for (const id of chosen) {
        const relation = sender ? relationOf(wecom, sender, id) : lastTalked(wecom, id)
        if (relation && apiKnows(wecom, relation) && friends(relation)) add(relation.userid, id)
        else failed.push(id)
      }
    }
    if (!targets.size) throw new WecomError(41048, undefined, { fail_list: failed })
    const send: GroupSend = {
      msgid: wecom.id('msgGCAAAX', 22),
      createdAt: wecom.now(),
      chatType,
      ...content,
      allowSelect: flag(body, 'allow_select') ?? false,
      dispatchedAt: wecom.now() + dispatchMs,
      remindedAt: [],
      members: [...targets].map(([userid, list]) => ({ userid, list: list.map((target) => ({ target, status: 0 })) })),
    }
    wecom.world.groupSends.push(send)
    return { fail_list: failed, msgid: send.msgid }
  }),
  'externalcontact/get_groupmsg_list_v2': post(
    ({ body }, wecom) => {
      const chatType = text(body, 'chat_type') || 'single'
      const from = whole(body, 'start_time') ?? refuse(40063)
      const to = whole(body, 'end_time') ?? refuse(40063)
      if (to < from || to - from > 31 * 86_400) throw new WecomError(40058)
      const all = wecom.world.groupSends.filter(
        (item) => item.chatType === chatType && item.createdAt / 1000 >= from && item.createdAt / 1000 <= to + 1,
      )
      const { page, next } = paged(all, text(body, 'cursor'), limited(whole(body, 'limit'), 50, 100), `gm${from}-${to}`)
      return {
        next_cursor: next,
        group_msg_list: page.map((item) => ({
          msgid: item.msgid,
          create_time: Math.floor(item.createdAt / 1000),
          create_type: 0,
          ...(item.text ? { text: { content: item.text } } : {}),
          attachments: item.attachments,
        })),
      }
    },
    { group_msg_list: [] },
  ),
  'externalcontact/get_groupmsg_task': post(
    ({ body }, wecom) => {
      const send = needSend(wecom, body)
      dispatched(wecom, send)
      const { page, next } = paged(
        send.members,
        text(body, 'cursor'),
        limited(whole(body, 'limit'), 500, 1000),
        send.msgid,
      )
      return {
        next_cursor: next,
        task_list: page.map(({ userid, confirmedAt }) =>
          confirmedAt ? { userid, status: 2, send_time: Math.floor(confirmedAt / 1000) } : { userid, status: 0 },
        ),
      }
    },
    { task_list: [] },
  ),
  'externalcontact/get_groupmsg_send_result': post(
    ({ body }, wecom) => {
      const send = needSend(wecom, body)
      dispatched(wecom, send)
      const person = needFollower(wecom, needText(body, 'userid', 40003))
      const member = send.members.find((item) => item.userid === person.userid)
      const { page, next } = paged(
        member?.list ?? [],
        text(body, 'cursor'),
        limited(whole(body, 'limit'), 500, 1000),
        `${send.msgid}${person.userid}`,
      )
      return {
        next_cursor: next,
        send_list: page.map(({ target, status, sentAt }) => ({
          ...(send.chatType === 'group' ? { chat_id: target } : { external_userid: target }),
          userid: person.userid,
          status,
          ...(sentAt ? { send_time: Math.floor(sentAt / 1000) } : {}),
        })),
      }
    },
    { send_list: [] },
  ),
  'externalcontact/remind_groupmsg_send': post(({ body }, wecom) => {
    const send = needSend(wecom, body)
    dispatched(wecom, send)
    if (send.cancelled) throw new WecomError(41093)
    if (send.remindedAt.filter((at) => at > wecom.now() - 86_400_000).length >= 3) throw new WecomError(41094)
    send.remindedAt.push(wecom.now())
    return {}
  }),
  'externalcontact/cancel_groupmsg_send': post(({ body }, wecom) => {
    const send = needSend(wecom, body)
    dispatched(wecom, send)
    if (send.cancelled) throw new WecomError(41093)
    send.cancelled = true
    return {}
  }),
}

function needSend(wecom: Wecom, body: Fields): GroupSend {
  const msgid = needText(body, 'msgid', 41046)
  return wecom.world.groupSends.find((item) => item.msgid === msgid) ?? refuse(41047)
}

function dispatched(wecom: Wecom, send: GroupSend) {
  if (wecom.now() < send.dispatchedAt) throw new WecomError(41063)
}

function lastTalked(wecom: Wecom, externalUserid: string): Relation | undefined {
  return relationsOf(wecom, externalUserid)
    .filter((item) => apiKnows(wecom, item) && friends(item))
    .sort((a, b) => (b.talkedAt ?? b.createdAt) - (a.talkedAt ?? a.createdAt))[0]
}

/** All customers of the sender, or those that fit the tag filter: OR within an entry, AND across entries. */
function customersOf(wecom: Wecom, userid: string, body: Fields): string[] {
  const entries = objects(object(body, 'tag_filter') ?? {}, 'group_list').map((entry) => texts(entry, 'tag_list', 100))
  return wecom.world.relations
    .filter((item) => item.userid === userid && apiKnows(wecom, item) && friends(item))
    .filter((item) => entries.every((tags) => tags.some((id) => item.tagIds.includes(id))))
    .map((item) => item.external_userid)
}
