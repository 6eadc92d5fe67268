import { z } from 'zod'
import { keysOf, questionsOf } from '../api/cards.ts'
import { responseCode } from '../api/message.ts'
import { announce } from '../connect.ts'
import { text } from '../fields.ts'
import { friends, relationOf, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { GroupSend, GroupSendTarget } from '../world.ts'
import { need } from './customer.ts'
import { action, Impossible } from './definition.ts'

const pair = { userid: z.string(), customer: z.string() }

export const staffActions = {
  staffWrites: action(z.object({ ...pair, text: z.string().min(1) }), (wecom, input) => {
    const relation = relationOf(wecom, input.userid, input.customer)
    if (!relation || relation.deletedByStaff || relation.half) throw new Impossible('他们现在不是好友')
    if (relation.deletedByCustomer) throw new Impossible('客户已删除该成员，消息发不出去')
    wecom.say({ peer: relation.userid, external_userid: input.customer, from: 'staff', via: 'hand', text: input.text })
    relation.talkedAt = wecom.now()
    return {}
  }),

  /** Accepts a request, or adds back a customer who came by 免验证. */
  staffAddsBack: action(z.object(pair), (wecom, input) => {
    const relation = relationOf(wecom, input.userid, input.customer)
    if (!relation?.half || relation.deletedByStaff) throw new Impossible('没有待通过的申请')
    relation.half = undefined
    relation.requested = undefined
    return { welcomeCode: announce(wecom, relation) }
  }),

  staffDeletes: action(z.object(pair), (wecom, input) => {
    const relation = relationOf(wecom, input.userid, input.customer)
    if (!relation || relation.deletedByStaff) throw new Impossible('他们现在不是好友')
    relation.deletedByStaff = wecom.now()
    wecom.emit({
      Event: 'change_external_contact',
      ChangeType: 'del_external_contact',
      UserID: relation.userid,
      ExternalUserID: input.customer,
    })
    return {}
  }),

  /** Changes remark or tags by hand in the client. */
  staffEdits: action(
    z.object({
      ...pair,
      remark: z.string().max(20).optional(),
      description: z.string().max(150).optional(),
      company: z.string().max(20).optional(),
      mobiles: z.array(z.string()).optional(),
      addTags: z.array(z.string()).default([]),
      removeTags: z.array(z.string()).default([]),
      personalTags: z.array(z.string()).optional(),
    }),
    (wecom, input) => {
      const relation = relationOf(wecom, input.userid, input.customer)
      if (!relation || relation.deletedByStaff || relation.half) throw new Impossible('他们现在不是好友')
      const all = new Set(wecom.world.tagGroups.flatMap((group) => group.tags.map((tag) => tag.id)))
      if (input.addTags.some((id) => !all.has(id))) throw new Impossible('没有这个标签')
      relation.remark = input.remark ?? relation.remark
      relation.description = input.description ?? relation.description
      relation.remarkCompany = input.company ?? relation.remarkCompany
      relation.remarkMobiles = input.mobiles ?? relation.remarkMobiles
      relation.personalTags = input.personalTags ?? relation.personalTags
      relation.tagIds = [
        ...new Set([...relation.tagIds.filter((id) => !input.removeTags.includes(id)), ...input.addTags]),
      ]
      wecom.emit({
        Event: 'change_external_contact',
        ChangeType: 'edit_external_contact',
        UserID: relation.userid,
        ExternalUserID: input.customer,
      })
      return {}
    },
  ),

  /** Presses a button (or a corner-menu entry) of a card, with what was chosen in its selections. */
  staffPresses: action(
    z.object({
      userid: z.string(),
      msgid: z.string().optional(),
      taskId: z.string().optional(),
      key: z.string(),
      selected: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    }),
    (wecom, input) => {
      const userid = need(wecom, input.userid)
      const message = wecom.world.appMessages.findLast((item) =>
        input.msgid
          ? item.msgid === input.msgid
          : input.taskId
            ? item.taskId === input.taskId
            : keysOf(item.content).has(input.key),
      )
      const receiver = message?.receivers[userid]
      if (!message || !receiver || message.msgtype !== 'template_card' || message.recalled)
        throw new Impossible('他没有收到这张卡片')
      if (receiver.replaceName) throw new Impossible('卡片已更新，按钮不能再点')
      const card = receiver.card ?? message.content
      const kind = keysOf(card).get(input.key)
      if (!kind) throw new Impossible('卡片上没有这个按钮')
      if (kind === 'button' && receiver.pressed.includes(input.key)) throw new Impossible('这个按钮已经点过')
      const items = [...questionsOf(card)].map(([QuestionKey, question]) => {
        const given = input.selected[QuestionKey]
        const ids =
          given === undefined ? [question.preset ?? text(question.options[0] ?? {}, 'id') ?? ''] : [given].flat()
        if (ids.some((id) => !question.options.some((option) => text(option, 'id') === id)))
          throw new Impossible('没有这个选项')
        return { QuestionKey, OptionIds: { OptionId: ids } }
      })
      if (kind === 'button') receiver.pressed.push(input.key)
      receiver.selected = Object.fromEntries(items.map((item) => [item.QuestionKey, item.OptionIds.OptionId]))
      const ResponseCode = responseCode(wecom, message.msgid, userid)
      wecom.emit({
        FromUserName: userid,
        Event: kind === 'menu' ? 'template_card_menu_event' : 'template_card_event',
        EventKey: input.key,
        TaskId: message.taskId ?? '',
        CardType: text(card, 'card_type') ?? '',
        ResponseCode,
        AgentID: wecom.settings.agentId,
        SelectedItems: kind === 'button' && items.length ? { SelectedItem: items } : undefined,
      })
      return { responseCode: ResponseCode }
    },
  ),

  /** Confirms a group-send task in WeCom: now, and only now, customers get it. */
  confirmGroupSend: action(
    z.object({ userid: z.string(), msgid: z.string(), only: z.array(z.string()).optional() }),
    (wecom, input) => {
      const { send, member } = taskOf(wecom, input)
      member.confirmedAt = wecom.now()
      for (const target of member.list) {
        if (input.only && send.allowSelect && !input.only.includes(target.target)) continue
        if (send.chatType === 'group') Object.assign(target, { status: 1, sentAt: wecom.now() })
        else deliver(wecom, send, member.userid, target)
      }
      return { sent: member.list.filter((target) => target.status === 1).length, of: member.list.length }
    },
  ),

  /** Puts the task away without sending. WeCom tells nobody. */
  dismissGroupSend: action(z.object({ userid: z.string(), msgid: z.string() }), (wecom, input) => {
    taskOf(wecom, input).member.dismissed = true
    return {}
  }),

  staffWritesToApp: action(z.object({ userid: z.string(), text: z.string().min(1) }), (wecom, input) => {
    const userid = need(wecom, input.userid)
    wecom.world.appInput.push({ at: wecom.now(), userid, msgtype: 'text', text: input.text })
    wecom.emit({
      FromUserName: userid,
      MsgType: 'text',
      Content: input.text,
      MsgId: msgId(wecom),
      AgentID: wecom.settings.agentId,
    })
    return {}
  }),

  staffSendsImageToApp: action(
    z.object({ userid: z.string(), picUrl: z.string(), mediaId: z.string() }),
    (wecom, input) => {
      const userid = need(wecom, input.userid)
      wecom.world.appInput.push({ at: wecom.now(), userid, msgtype: 'image', text: '[图片]' })
      wecom.emit({
        FromUserName: userid,
        MsgType: 'image',
        PicUrl: input.picUrl,
        MediaId: input.mediaId,
        MsgId: msgId(wecom),
        AgentID: wecom.settings.agentId,
      })
      return {}
    },
  ),

  staffEntersApp: action(z.object({ userid: z.string() }), (wecom, input) => {
    const FromUserName = need(wecom, input.userid)
    if (wecom.world.agent?.isreportenter === 0) return {}
    wecom.emit({ FromUserName, Event: 'enter_agent', EventKey: '', AgentID: wecom.settings.agentId })
    return {}
  }),

  staffClicksMenu: action(
    z.object({ userid: z.string(), key: z.string(), type: z.enum(['click', 'view']).default('click') }),
    (wecom, input) => {
      const FromUserName = need(wecom, input.userid)
      const Event = wecom.faults.variety && wecom.random() < 0.2 ? input.type.toUpperCase() : input.type
      wecom.emit({ FromUserName, Event, EventKey: input.key, AgentID: wecom.settings.agentId })
      return {}
    },
  ),

  /** Leaves the company: the app hears `unsubscribe`, and later the customers are up for 离职继承. */
  staffLeaves: action(z.object({ userid: z.string() }), (wecom, input) => {
    const person = staffOf(wecom, need(wecom, input.userid))
    if (person) person.leftAt = wecom.now()
    unsubscribe(wecom, input.userid)
    return {}
  }),

  staffScope: action(z.object({ userid: z.string(), inScope: z.boolean() }), (wecom, input) => {
    const person = staffOf(wecom, need(wecom, input.userid))
    if (!person || person.inScope === input.inScope) return {}
    person.inScope = input.inScope
    if (input.inScope) wecom.emit({ FromUserName: person.userid, Event: 'subscribe', AgentID: wecom.settings.agentId })
    else unsubscribe(wecom, person.userid)
    return {}
  }),
}

function unsubscribe(wecom: Wecom, userid: string) {
  wecom.emit({ FromUserName: userid, Event: 'unsubscribe', AgentID: wecom.settings.agentId })
}

/** A 64-bit number beyond 2^53. */
const msgId = (wecom: Wecom) => `7${Math.floor(wecom.random() * 1e9)}${wecom.now()}`.slice(0, 19).padEnd(19, '1')

function taskOf(wecom: Wecom, input: { userid: string; msgid: string }) {
  const send = wecom.world.groupSends.find((item) => item.msgid === input.msgid)
  const member = send?.members.find((item) => item.userid.toLowerCase() === input.userid.toLowerCase())
  if (!send || !member) throw new Impossible('没有这个群发任务')
  if (send.cancelled) throw new Impossible('任务已被取消')
  if (wecom.now() < send.dispatchedAt) throw new Impossible('任务还没有送到手机上，请稍等两秒')
  if (member.confirmedAt) throw new Impossible('已经发送过')
  return { send, member }
}

function deliver(wecom: Wecom, send: GroupSend, userid: string, target: GroupSendTarget) {
  if (!friends(relationOf(wecom, userid, target.target))) {
    target.status = 2
    return
  }
  const month = new Date(wecom.now() + 8 * 3600_000).toISOString().slice(0, 7)
  const key = `${target.target}|${month}`
  const count = wecom.world.groupSendCounts[key] ?? 0
  const [year, number] = month.split('-').map(Number) as [number, number]
  if (count >= new Date(Date.UTC(year, number, 0)).getUTCDate()) {
    target.status = 3
    return
  }
  wecom.world.groupSendCounts[key] = count + 1
  target.status = 1
  target.sentAt = wecom.now()
  wecom.say({
    peer: userid,
    external_userid: target.target,
    from: 'staff',
    via: 'group-send',
    text: send.text,
    attachments: send.attachments,
    msgid: send.msgid,
  })
}
