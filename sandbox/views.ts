import { friends, relationsOf, staffOf } from './people.ts'
import type { Wecom } from './wecom.ts'
import type { Relation } from './world.ts'

/** What the page shows beside the chosen person. */
export function overview(wecom: Wecom) {
  const { world, settings, faults } = wecom
  const waiting = (userid: string) =>
    world.groupSends.filter(
      (send) => !send.cancelled && send.members.some((m) => m.userid === userid && !m.confirmedAt && !m.dismissed),
    ).length
  return {
    corp: world.corp,
    now: wecom.now(),
    aheadMs: world.clockAheadMs,
    appUrl: settings.appUrl ?? null,
    callbackUrl: settings.callbackUrl ?? null,
    faults,
    staff: world.staff.map((person) => ({
      userid: person.userid,
      name: person.name,
      position: person.position,
      left: Boolean(person.leftAt),
      messages: world.appMessages.filter((message) => message.receivers[person.userid] && !message.recalled).length,
      waiting: waiting(person.userid),
      customers: world.relations.filter((item) => item.userid === person.userid && friends(item)).length,
    })),
    customers: Object.values(world.customers)
      .sort((a, b) => b.createdAt - a.createdAt)
      .map(({ external_userid, name, about, createdAt }) => ({ external_userid, name, about, createdAt })),
    kf: world.kf.accounts.map(({ open_kfid, name }) => ({ open_kfid, name })),
    contactWays: world.contactWays
      .map(({ config_id, state, remark, user, qr_code, createdAt }) => ({
        config_id,
        state,
        remark,
        qr_code,
        createdAt,
        staff: user.map((userid) => staffOf(wecom, userid)?.name ?? userid),
      }))
      .reverse(),
    links: world.acquisition.links.map(({ link_id, link_name }) => ({ link_id, link_name })),
    tagGroups: world.tagGroups.map(({ id, name, madeBy, tags }) => ({
      id,
      name,
      byApp: madeBy !== 'console',
      tags: tags.map((tag) => ({ id: tag.id, name: tag.name })),
    })),
    menu: world.menu,
    homeUrl: typeof world.agent?.home_url === 'string' ? world.agent.home_url : null,
    story: storySoFar(wecom),
  }
}

/** Which chapters of the newcomer's guide have happened, counted from the first customer who was added in this world. */
function storySoFar({ world }: Wecom) {
  const born = world.bornAt ?? 0
  const first = world.relations.find(({ createdAt, half }) => createdAt >= born && !half)?.createdAt
  const since = first ?? Number.POSITIVE_INFINITY
  const cards = world.appMessages.filter(({ at, taskId }) => taskId !== undefined && at >= since)
  const accepts = (keys: string[]) => keys.some((key) => key.startsWith('accept'))
  return {
    scanned: first !== undefined,
    welcomed: world.chat.some(({ via, at }) => via === 'welcome' && at >= since),
    offered: cards.length > 0,
    accepted: cards.some(({ receivers }) => Object.values(receivers).some(({ pressed }) => accepts(pressed))),
    sent: world.chat.some(({ via, at }) => via === 'group-send' && at >= since),
  }
}

/** All that one person has on his phone. */
export function personView(wecom: Wecom, person: string) {
  const [kind, id = ''] = person.split(':')
  if (kind === 'staff') return staffView(wecom, id)
  if (kind === 'customer') return customerView(wecom, id)
  return null
}

function customerView(wecom: Wecom, id: string) {
  const { world } = wecom
  const customer = world.customers[id]
  if (!customer) return null
  return {
    kind: 'customer',
    customer,
    chats: [
      ...relationsOf(wecom, id).map((relation) => ({
        peer: relation.userid,
        name: staffOf(wecom, relation.userid)?.name ?? relation.userid,
        position: staffOf(wecom, relation.userid)?.position ?? '',
        kind: 'staff',
        ...standing(relation),
        transferring: world.transfers.some(
          (t) => t.external_userid === id && t.handover === relation.userid && t.status === 2,
        ),
        messages: said(wecom, relation.userid, id),
      })),
      ...world.kf.accounts
        .filter((account) => world.kf.sessions[`${account.open_kfid}|${id}`])
        .map((account) => ({
          peer: account.open_kfid,
          name: account.name,
          position: '微信客服',
          kind: 'kf',
          state: world.kf.sessions[`${account.open_kfid}|${id}`]?.state,
          messages: said(wecom, account.open_kfid, id),
        })),
    ],
  }
}

function staffView(wecom: Wecom, userid: string) {
  const { world } = wecom
  const staff = staffOf(wecom, userid)
  if (!staff) return null
  return {
    kind: 'staff',
    staff,
    app: [
      ...world.appMessages
        .filter((message) => message.receivers[userid] && !message.recalled)
        .slice(-60)
        .map((message) => ({
          at: message.at,
          from: 'app',
          msgid: message.msgid,
          msgtype: message.msgtype,
          content: message.receivers[userid]?.card ?? message.content,
          receiver: message.receivers[userid],
        })),
      ...world.appInput.filter((item) => item.userid === userid).map((item) => ({ ...item, from: 'staff' })),
    ].sort((a, b) => a.at - b.at),
    kf: kfOf(wecom, userid),
    tasks: world.groupSends
      .filter((send) => send.members.some((member) => member.userid === userid))
      .slice(-40)
      .reverse()
      .map((send) => {
        const member = send.members.find((item) => item.userid === userid)
        return {
          msgid: send.msgid,
          at: send.createdAt,
          text: send.text,
          attachments: send.attachments,
          cancelled: send.cancelled ?? false,
          reminded: send.remindedAt.length,
          ready: wecom.now() >= send.dispatchedAt,
          confirmedAt: member?.confirmedAt ?? null,
          dismissed: member?.dismissed ?? false,
          targets: (member?.list ?? []).map(({ target, status }) => ({
            name: world.customers[target]?.name ?? target,
            status,
          })),
        }
      }),
    customers: world.relations
      .filter((item) => item.userid === userid && !item.deletedByStaff)
      .sort((a, b) => b.createdAt - a.createdAt)
      .map((item) => ({
        external_userid: item.external_userid,
        name: world.customers[item.external_userid]?.name ?? item.external_userid,
        about: world.customers[item.external_userid]?.about,
        remark: item.remark,
        company: item.remarkCompany ?? '',
        state: item.state ?? '',
        tags: item.tagIds.flatMap((tag) =>
          world.tagGroups.flatMap((group) =>
            group.tags.filter(({ id }) => id === tag).map(({ id, name }) => ({ id, name, group: group.name })),
          ),
        ),
        ...standing(item),
        /** Customer groups both are in. */
        groups: world.groupChats
          .filter(
            ({ dismissed, members }) =>
              !dismissed && [userid, item.external_userid].every((one) => members.some((who) => who.userid === one)),
          )
          .map(({ chat_id, name }) => ({ chat_id, name })),
        createdAt: item.createdAt,
        messages: said(wecom, userid, item.external_userid).slice(-30),
      })),
  }
}

/** The kf sessions a servicer could see in his client. */
function kfOf(wecom: Wecom, userid: string) {
  const { world } = wecom
  return world.kf.accounts
    .filter((account) => account.servicers.includes(userid))
    .flatMap((account) =>
      Object.entries(world.kf.sessions)
        .filter(([key]) => key.startsWith(`${account.open_kfid}|`))
        .map(([key, session]) => {
          const id = key.split('|')[1] ?? ''
          return {
            peer: account.open_kfid,
            account: account.name,
            external_userid: id,
            name: world.customers[id]?.name ?? id,
            state: session.state,
            mine: session.servicer === userid && session.state === 3,
            messages: said(wecom, account.open_kfid, id),
          }
        }),
    )
}

const standing = (relation: Relation) => ({
  friends: friends(relation),
  half: relation.half ?? false,
  requested: relation.requested ?? false,
  deletedByCustomer: Boolean(relation.deletedByCustomer),
  deletedByStaff: Boolean(relation.deletedByStaff),
})

const said = (wecom: Wecom, peer: string, id: string) =>
  wecom.world.chat.filter((item) => item.peer === peer && item.external_userid === id)

/** Events out and calls in, newest first. */
export function recentLog(wecom: Wecom, limit: number) {
  const out = wecom.callbacks.slice(-limit).map((item) => ({
    at: item.at,
    kind: 'callback',
    name: item.name,
    outcome: item.outcome,
    tries: item.tries,
    detail: item.xml,
  }))
  const into = wecom.calls.slice(-limit).map((call) => ({
    at: call.at,
    kind: 'call',
    name: call.path,
    method: call.method,
    errcode: call.answer.errcode ?? 0,
    detail: JSON.stringify({ query: call.query, body: call.body, answer: call.answer }, null, 1),
  }))
  return { items: [...out, ...into].sort((a, b) => b.at - a.at).slice(0, limit) }
}
