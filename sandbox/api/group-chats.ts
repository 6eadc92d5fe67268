import { WecomError } from '../errcodes.ts'
import { needText, object, text, texts, whole } from '../fields.ts'
import { staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { GroupChat } from '../world.ts'
import { type Apis, post } from './definition.ts'
import { paged } from './paging.ts'

/** For this long after a change the old details are still shown. */
const staleMs = 2000

/** 客户群 (WeCom doc 92120, 92122). */
export const groupChatApis: Apis = {
  'externalcontact/groupchat/list': post(
    ({ body }, wecom) => {
      const limit = whole(body, 'limit')
      if (!limit || limit < 1 || limit > 1000) throw new WecomError(40058)
      const owners = texts(object(body, 'owner_filter') ?? {}, 'userid_list', 100).map((userid) => userid.toLowerCase())
      const all = wecom.world.groupChats.filter(
        (chat) => !chat.dismissed && (!owners.length || owners.includes(chat.owner.toLowerCase())),
      )
      const { page, next } = paged(all, text(body, 'cursor'), limit, `chats${owners.join(',')}`)
      return {
        group_chat_list: page.map(({ chat_id, owner }) => ({ chat_id, status: staffOf(wecom, owner)?.leftAt ? 1 : 0 })),
        ...(next ? { next_cursor: next } : {}),
      }
    },
    { group_chat_list: [] },
  ),
  'externalcontact/groupchat/get': post(({ body }, wecom) => {
    const id = needText(body, 'chat_id')
    const chat = wecom.world.groupChats.find((item) => item.chat_id === id)
    if (!chat || chat.dismissed) throw new WecomError(49008)
    return { group_chat: chatJson(wecom, chat, whole(body, 'need_name') === 1) }
  }),
}

function chatJson(wecom: Wecom, chat: GroupChat, named: boolean) {
  const shown = chat.before && wecom.now() < chat.changedAt + staleMs ? chat.before : chat
  return {
    chat_id: chat.chat_id,
    name: shown.name,
    owner: chat.owner,
    create_time: Math.floor(chat.createdAt / 1000),
    notice: shown.notice,
    member_list: shown.members.map((member) => {
      const customer = wecom.world.customers[member.userid]
      return {
        userid: member.userid,
        type: member.type,
        ...(customer?.unionid ? { unionid: customer.unionid } : {}),
        join_time: Math.floor(member.joinedAt / 1000),
        join_scene: member.joinScene,
        ...(member.invitor ? { invitor: { userid: member.invitor } } : {}),
        group_nickname: '',
        ...(named ? { name: customer?.name ?? staffOf(wecom, member.userid)?.name ?? '' } : {}),
      }
    }),
    admin_list: [],
    member_version: shown.version,
  }
}
