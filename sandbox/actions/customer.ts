import { z } from 'zod'
import { announce, connect } from '../connect.ts'
import { clipped } from '../fields.ts'
import { friends, relationOf, relationsOf, staffIn, staffOf } from '../people.ts'
import { completeTransfer } from '../transferring.ts'
import type { Wecom } from '../wecom.ts'
import type { AcquisitionLink, ContactWay, Customer, Relation } from '../world.ts'
import { action, Impossible } from './definition.ts'

const newCustomer = z.object({
  name: z.string().min(1),
  gender: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(0),
  /** 1 WeChat, 2 WeCom of another corp. */
  type: z.union([z.literal(1), z.literal(2)]).default(1),
  corpName: z.string().optional(),
  position: z.string().optional(),
  unionid: z.string().optional(),
  about: z.string().optional(),
  external_userid: z.string().optional(),
})

/** Who does it: somebody known, or somebody new by this name. */
const who = { customer: z.string().optional(), name: z.string().optional() }

export const customerActions = {
  createCustomer: action(newCustomer, (wecom, input) => createCustomer(wecom, input)),

  /** Scans a live code (by state, config_id or picture), or a member's own code (`userid` alone). */
  customerScans: action(
    z.object({
      ...who,
      state: z.string().optional(),
      configId: z.string().optional(),
      qrCode: z.string().optional(),
      userid: z.string().optional(),
      /** The member has 免验证 on and does not add back yet. */
      half: z.boolean().default(false),
      addWay: z.number().int().default(1),
    }),
    (wecom, input) => {
      const way = wayOf(wecom, input)
      if (!way && !input.userid) throw new Impossible('没有这个活码，它可能已被删除')
      const customer = known(wecom, input)
      const userid = input.userid ? need(wecom, input.userid) : chosen(wecom, way as ContactWay, customer)
      const held = relationOf(wecom, userid, customer.external_userid)
      if (friends(held)) return { external_userid: customer.external_userid, userid, already: true }
      const requested = way ? !way.skip_verify : false
      const relation = connect(wecom, userid, customer.external_userid, {
        addWay: input.addWay,
        operUserid: customer.external_userid,
        state: way?.state,
        half: input.half || requested,
        requested,
      })
      const welcomeCode = requested ? undefined : announce(wecom, relation)
      return { external_userid: customer.external_userid, userid, already: false, welcomeCode }
    },
  ),

  /** Comes through a 获客链接. */
  customerOpensAcquisitionLink: action(
    z.object({ ...who, linkId: z.string(), channel: z.string().optional(), half: z.boolean().default(false) }),
    (wecom, input) => {
      const { acquisition } = wecom.world
      const link = acquisition.links.find((item) => item.link_id === input.linkId)
      if (!link) throw new Impossible('获客链接不存在')
      link.clicks += 1
      if (acquisition.balance < 1) throw new Impossible('获客额度已用完')
      const customer = known(wecom, input)
      const userid = ofLink(wecom, link, customer.external_userid)
      const LinkId = link.link_id
      const State = clipped(input.channel ?? '', 64)
      const held = relationOf(wecom, userid, customer.external_userid)
      if (friends(held)) return { external_userid: customer.external_userid, userid, already: true }
      wecom.emit({ Event: 'customer_acquisition', ChangeType: 'friend_request', LinkId, State })
      acquisition.balance -= 1
      const relation = connect(wecom, userid, customer.external_userid, {
        addWay: 16,
        operUserid: customer.external_userid,
        state: State || undefined,
        half: input.half,
        linkId: LinkId,
      })
      const welcomeCode = announce(wecom, relation)
      if (acquisition.balance === 19) wecom.emit({ Event: 'customer_acquisition', ChangeType: 'balance_low' })
      if (acquisition.balance === 0) wecom.emit({ Event: 'customer_acquisition', ChangeType: 'balance_exhausted' })
      return { external_userid: customer.external_userid, userid, welcomeCode }
    },
  ),

  /** Writes to a member. No API ever shows it; only acquisition links tell that something was said. */
  customerWrites: action(
    z.object({ customer: z.string(), userid: z.string(), text: z.string().min(1) }),
    (wecom, input) => {
      const relation = needFriends(wecom, input.userid, input.customer)
      wecom.say({
        peer: relation.userid,
        external_userid: input.customer,
        from: 'customer',
        via: 'hand',
        text: input.text,
      })
      const first = !relation.customerTalkedAt
      relation.customerTalkedAt = wecom.now()
      relation.talkedAt = wecom.now()
      if (relation.linkId) talkedThroughLink(wecom, relation, first)
      return {}
    },
  ),

  customerDeletes: action(z.object({ customer: z.string(), userid: z.string() }), (wecom, input) => {
    const relation = needFriends(wecom, input.userid, input.customer)
    relation.deletedByCustomer = wecom.now()
    wecom.emit({
      Event: 'change_external_contact',
      ChangeType: 'del_follow_user',
      UserID: relation.userid,
      ExternalUserID: input.customer,
    })
    return {}
  }),

  /** Agrees to or refuses the change of member that is under way. Without an answer it is done after 24 h. */
  customerAnswersTransfer: action(
    z.object({
      customer: z.string(),
      accept: z.boolean(),
      reason: z.enum(['customer_refused', 'customer_limit_exceed']).optional(),
    }),
    (wecom, input) => {
      const transfer = wecom.world.transfers.find(
        (item) => item.external_userid === input.customer && item.status === 2,
      )
      if (!transfer) throw new Impossible('没有正在进行的客户转接')
      if (input.accept) {
        completeTransfer(wecom, transfer)
        return { status: 1 }
      }
      transfer.status = input.reason === 'customer_limit_exceed' ? 4 : 3
      transfer.endedAt = wecom.now()
      wecom.emit({
        Event: 'change_external_contact',
        ChangeType: 'transfer_fail',
        FailReason: input.reason ?? 'customer_refused',
        UserID: transfer.takeover,
        ExternalUserID: input.customer,
      })
      return { status: transfer.status }
    },
  ),
}

function createCustomer(wecom: Wecom, input: z.output<typeof newCustomer>): Customer {
  const external_userid = input.external_userid ?? wecom.id(input.type === 1 ? 'wmQxAAAA' : 'woQxAAAA')
  if (wecom.world.customers[external_userid]) throw new Impossible('这位客户已经存在')
  const customer: Customer = {
    external_userid,
    name: input.name,
    avatar: `${wecom.settings.url}/avatar/${encodeURIComponent(input.name)}.svg`,
    type: input.type,
    gender: input.gender,
    unionid: input.unionid,
    position: input.position,
    corp_name: input.corpName,
    corp_full_name: input.corpName,
    about: input.about,
    createdAt: wecom.now(),
  }
  wecom.world.customers[external_userid] = customer
  return customer
}

export function known(wecom: Wecom, input: { customer?: string; name?: string }): Customer {
  if (!input.customer) return createCustomer(wecom, { name: input.name ?? '新客户', gender: 0, type: 1 })
  const customer = wecom.world.customers[input.customer]
  if (!customer) throw new Impossible('没有这位客户')
  return customer
}

export function need(wecom: Wecom, userid: string): string {
  const person = staffOf(wecom, userid)
  if (!person || person.leftAt) throw new Impossible('没有这位成员')
  return person.userid
}

export function needFriends(wecom: Wecom, userid: string, customer: string): Relation {
  const relation = relationOf(wecom, userid, customer)
  if (!relation || !friends(relation)) throw new Impossible('他们现在不是好友')
  return relation
}

function wayOf(wecom: Wecom, input: { state?: string; configId?: string; qrCode?: string }): ContactWay | undefined {
  return wecom.world.contactWays.find(
    (way) =>
      (input.configId !== undefined && way.config_id === input.configId) ||
      (input.qrCode !== undefined && way.qr_code === input.qrCode) ||
      (input.state !== undefined && way.state === input.state),
  )
}

/** Whom a link leads to: with a priority somebody the customer knows, else one after the other. */
function ofLink(wecom: Wecom, link: AcquisitionLink, customer: string): string {
  const people = [
    ...link.range.user_list,
    ...staffIn(wecom, link.range.department_list).map(({ userid }) => userid),
  ].filter((userid) => isThere(wecom, userid))
  const { priority_type, priority_userid_list } = link.priority_option ?? {}
  const listed = priority_type === 2 && Array.isArray(priority_userid_list) ? priority_userid_list : null
  const friend = relationsOf(wecom, customer).find(
    (relation) =>
      priority_type !== undefined &&
      friends(relation) &&
      isThere(wecom, relation.userid) &&
      (!listed || listed.includes(relation.userid)),
  )
  const next = friend?.userid ?? people[link.clicks % people.length]
  if (!next) throw new Impossible('这个链接已没有可添加的成员')
  return next
}

function isThere(wecom: Wecom, userid: string): boolean {
  const person = staffOf(wecom, userid)
  return person?.active === true && !person.leftAt
}

/** With `is_exclusive` the member other people of the same company added, else whoever of the code has the fewest from it. */
function chosen(wecom: Wecom, way: ContactWay, customer: Customer): string {
  const people = [...way.user, ...staffIn(wecom, way.party).map(({ userid }) => userid)].filter((userid) =>
    isThere(wecom, userid),
  )
  const colleagues = wecom.world.relations.filter(
    ({ external_userid: id }) =>
      customer.corp_name !== undefined && wecom.world.customers[id]?.corp_name === customer.corp_name,
  )
  const exclusive = way.is_exclusive
    ? people.find((userid) => colleagues.some((relation) => relation.userid === userid && friends(relation)))
    : undefined
  if (exclusive) return exclusive
  way.given ??= {}
  const given = way.given
  const [first] = people.sort((a, b) => (given[a] ?? 0) - (given[b] ?? 0))
  if (!first) throw new Impossible('这个活码已没有可添加的成员')
  given[first] = (given[first] ?? 0) + 1
  return first
}

function talkedThroughLink(wecom: Wecom, relation: Relation, first: boolean) {
  const { userid, external_userid, linkId = '', state = '' } = relation
  if (first)
    wecom.emit({
      Event: 'customer_acquisition',
      ChangeType: 'customer_start_chat',
      UserID: userid,
      ExternalUserID: external_userid,
      LinkId: linkId,
    })
  const ChatKey = wecom.secret(24)
  const count = wecom.world.chat.filter(
    (item) => item.peer === userid && item.external_userid === external_userid && item.from === 'customer',
  ).length
  wecom.world.acquisition.chatKeys[ChatKey] = {
    userid,
    external_userid,
    link_id: linkId,
    state,
    count,
    until: wecom.now() + 1800_000,
  }
  wecom.emit({ Event: 'customer_acquisition', ChangeType: 'message_from_customer', LinkId: linkId, ChatKey })
}

/** Who follows this customer and can still be reached. */
export const followersOf = (wecom: Wecom, customer: string) => relationsOf(wecom, customer).filter(friends)
