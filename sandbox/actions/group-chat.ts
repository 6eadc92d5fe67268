import { z } from 'zod'
import type { Wecom } from '../wecom.ts'
import type { GroupChat } from '../world.ts'
import { need } from './customer.ts'
import { action, Impossible } from './definition.ts'

export const groupChatActions = {
  createGroupChat: action(
    z.object({ owner: z.string(), name: z.string(), customers: z.array(z.string()).default([]) }),
    (wecom, input) => {
      const owner = need(wecom, input.owner)
      const joinedAt = wecom.now()
      const chat: GroupChat = {
        chat_id: wecom.id('wrQxAAAA'),
        name: input.name,
        owner,
        createdAt: joinedAt,
        notice: '',
        members: [
          { userid: owner, type: 1, joinedAt, joinScene: 1 },
          ...input.customers.map((userid) => ({ userid, type: 2 as const, joinedAt, joinScene: 1, invitor: owner })),
        ],
        version: wecom.id('', 32).toLowerCase(),
        changedAt: joinedAt,
      }
      wecom.world.groupChats.push(chat)
      wecom.emit({ Event: 'change_external_chat', ChangeType: 'create', ChatId: chat.chat_id })
      return { chat_id: chat.chat_id }
    },
  ),

  /** One change of a group: people join or go, or it is renamed. */
  changeGroupChat: action(
    z.object({
      chat_id: z.string(),
      add: z.array(z.string()).optional(),
      remove: z.array(z.string()).optional(),
      name: z.string().optional(),
    }),
    (wecom, input) => {
      const chat = chatOf(wecom, input.chat_id)
      chat.before = { name: chat.name, members: chat.members, version: chat.version, notice: chat.notice }
      const last = chat.version
      chat.version = wecom.id('', 32).toLowerCase()
      chat.changedAt = wecom.now()
      const who = input.add ?? input.remove ?? []
      if (input.add)
        chat.members = [
          ...chat.members,
          ...input.add.map((userid) => ({ userid, type: 2 as const, joinedAt: wecom.now(), joinScene: 3 })),
        ]
      if (input.remove) chat.members = chat.members.filter((member) => !input.remove?.includes(member.userid))
      if (input.name) chat.name = input.name
      wecom.emit({
        Event: 'change_external_chat',
        ChangeType: 'update',
        ChatId: chat.chat_id,
        UpdateDetail: input.add ? 'add_member' : input.remove ? 'del_member' : 'change_name',
        JoinScene: input.add ? 3 : undefined,
        QuitScene: input.remove ? 0 : undefined,
        MemChangeCnt: who.length || undefined,
        MemChangeList: who.length ? { Item: who } : undefined,
        LastMemVer: last,
        CurMemVer: chat.version,
      })
      return {}
    },
  ),

  dismissGroupChat: action(z.object({ chat_id: z.string() }), (wecom, input) => {
    const chat = chatOf(wecom, input.chat_id)
    chat.dismissed = true
    wecom.emit({ Event: 'change_external_chat', ChangeType: 'dismiss', ChatId: chat.chat_id })
    return {}
  }),
}

function chatOf(wecom: Wecom, id: string): GroupChat {
  const chat = wecom.world.groupChats.find((item) => item.chat_id === id && !item.dismissed)
  if (!chat) throw new Impossible('没有这个客户群')
  return chat
}
