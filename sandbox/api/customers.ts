import { refuse, WecomError } from '../errcodes.ts'
import { chars, needText, text, texts, whole } from '../fields.ts'
import { apiKnows, contactJson, needCustomer, needFollower, needRelation, relationsOf, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { Relation } from '../world.ts'
import { type Apis, get, post } from './definition.ts'
import { paged } from './paging.ts'

/** 客户管理: who follows whom, and what is known of them (WeCom doc 92113, 92114, 92115, 92132, 92571, 92994). */
export const customerApis: Apis = {
  'externalcontact/get_follow_user_list': get(
    (_, wecom) => ({
      follow_user: wecom.world.staff
        .filter((person) => person.follows && person.inScope && !person.leftAt)
        .map(({ userid }) => userid),
    }),
    { follow_user: [] },
  ),
  'externalcontact/list': get(
    ({ query }, wecom) => {
      const person = needFollower(wecom, query.get('userid') || refuse(40003))
      const known = wecom.world.relations.filter((item) => item.userid === person.userid && apiKnows(wecom, item))
      if (!known.length) throw new WecomError(84061)
      return { external_userid: known.map((item) => item.external_userid) }
    },
    { external_userid: [] },
  ),
  'externalcontact/get': get(({ query }, wecom) => {
    const id = query.get('external_userid') || refuse(40063)
    const customer = needCustomer(wecom, id)
    const all = relationsOf(wecom, id).filter((item) => apiKnows(wecom, item))
    if (!all.length) throw new WecomError(84061)
    const visible = all.filter((item) => {
      const person = staffOf(wecom, item.userid)
      return person?.inScope && person.follows && !person.leftAt
    })
    if (!visible.length) throw new WecomError(84084)
    const { page, next } = paged(visible, query.get('cursor') ?? '', 500, id)
    return {
      external_contact: contactJson(customer),
      follow_user: page.map((item) => ({ ...followJson(item), tags: tagsJson(wecom, item) })),
      ...(next ? { next_cursor: next } : {}),
    }
  }),
  'externalcontact/batch/get_by_user': post(
    ({ body }, wecom) => {
      const wanted = texts(body, 'userid_list', 100)
      if (!wanted.length) throw new WecomError(40031)
      const limit = limited(whole(body, 'limit'), 50, 100)
      const people = new Set(wanted.map((userid) => needFollower(wecom, userid).userid))
      const all = wecom.world.relations.filter((item) => people.has(item.userid) && apiKnows(wecom, item))
      const { page, next } = paged(all, text(body, 'cursor'), limit, [...people].join(','))
      return {
        external_contact_list: page.map((item) => ({
          external_contact: contactJson(needCustomer(wecom, item.external_userid)),
          // Corp tags by id only, and no personal ones.
          follow_info: { ...followJson(item), tag_id: item.tagIds },
        })),
        next_cursor: next,
        fail_info: { unlicensed_userid_list: [] },
      }
    },
    { external_contact_list: [], next_cursor: '' },
  ),
  'externalcontact/remark': post(({ body }, wecom) => {
    const relation = needRelation(wecom, needText(body, 'userid', 40003), needText(body, 'external_userid', 40096))
    const remark = text(body, 'remark')
    const description = text(body, 'description')
    const company = text(body, 'remark_company')
    const mobiles = 'remark_mobiles' in body ? texts(body, 'remark_mobiles') : undefined
    if (
      remark === undefined &&
      description === undefined &&
      company === undefined &&
      !mobiles &&
      !text(body, 'remark_pic_mediaid')
    )
      throw new WecomError(40063)
    if (chars(remark ?? '') > 20 || chars(description ?? '') > 150 || chars(company ?? '') > 20)
      throw new WecomError(40058)
    if (remark !== undefined) relation.remark = remark
    if (description !== undefined) relation.description = description
    if (company !== undefined && needCustomer(wecom, relation.external_userid).type === 1)
      relation.remarkCompany = company
    if (mobiles) relation.remarkMobiles = mobiles.filter(Boolean)
    return {}
  }),
  'externalcontact/get_user_behavior_data': post(
    ({ body }, wecom) => {
      const people = texts(body, 'userid', 100).map((userid) => needFollower(wecom, userid).userid)
      const parties = texts(body, 'partyid', 100)
      if (!people.length && !parties.length) throw new WecomError(40063)
      const from = whole(body, 'start_time') ?? refuse(40063)
      const to = whole(body, 'end_time') ?? refuse(40063)
      if (to < from || to - from > 30 * 86_400 || from < wecom.seconds() - 181 * 86_400) throw new WecomError(40058)
      for (const party of parties)
        for (const person of wecom.world.staff)
          if (person.departments.includes(Number(party))) people.push(person.userid)
      const days: number[] = []
      for (let day = startOfDay(from); day <= to; day += 86_400) days.push(day)
      return { behavior_data: days.map((day) => behaviour(wecom, new Set(people), day)) }
    },
    { behavior_data: [] },
  ),
  'externalcontact/opengid_to_chatid': post(({ body }, wecom) => {
    const opengid = needText(body, 'opengid')
    const chat = wecom.world.groupChats.find((item) => `o${item.chat_id}` === opengid)
    if (!chat) throw new WecomError(90511)
    return { chat_id: chat.chat_id }
  }),
}

export function limited(value: number | undefined, standard: number, max: number): number {
  if (value === undefined || value === 0) return standard
  if (value < 0 || value > max) throw new WecomError(40058, `invalid Request Parameter limit, at most ${max}`)
  return value
}

const startOfDay = (seconds: number) => Math.floor((seconds + 8 * 3600) / 86_400) * 86_400 - 8 * 3600

function followJson(relation: Relation) {
  const { userid, remark, description, createdAt, remarkCompany, remarkMobiles, operUserid, addWay, state } = relation
  return {
    userid,
    remark,
    description,
    createtime: Math.floor(createdAt / 1000),
    ...(remarkCompany ? { remark_corp_name: remarkCompany } : {}),
    remark_mobiles: remarkMobiles,
    oper_userid: operUserid,
    add_way: addWay,
    ...(state ? { state } : {}),
  }
}

function tagsJson(wecom: Wecom, relation: Relation) {
  const corp = relation.tagIds.flatMap((id) =>
    wecom.world.tagGroups.flatMap((group) =>
      group.tags
        .filter((tag) => tag.id === id)
        .map((tag) => ({ group_name: group.name, tag_name: tag.name, tag_id: tag.id, type: 1 })),
    ),
  )
  return [...corp, ...relation.personalTags.map((name) => ({ group_name: '', tag_name: name, type: 2 }))]
}

function behaviour(wecom: Wecom, people: Set<string>, day: number) {
  const within = (at: number) => at / 1000 >= day && at / 1000 < day + 86_400
  const said = wecom.world.chat.filter((item) => people.has(item.peer) && within(item.at))
  const bySt = said.filter((item) => item.from === 'staff')
  const asked = new Set(
    said.filter((item) => item.from === 'customer').map((item) => `${item.peer}|${item.external_userid}`),
  )
  const answered = [...asked].filter((key) => bySt.some((item) => `${item.peer}|${item.external_userid}` === key))
  const added = wecom.world.relations.filter((item) => people.has(item.userid) && within(item.createdAt)).length
  const lost = wecom.world.relations.filter(
    (item) => people.has(item.userid) && item.deletedByCustomer !== undefined && within(item.deletedByCustomer),
  ).length
  return {
    stat_time: day,
    chat_cnt: new Set(said.map((item) => `${item.peer}|${item.external_userid}`)).size,
    message_cnt: bySt.length,
    ...(asked.size
      ? { reply_percentage: Math.round((answered.length / asked.size) * 10_000) / 100, avg_reply_time: 5 }
      : {}),
    negative_feedback_cnt: lost,
    new_apply_cnt: added,
    new_contact_cnt: added,
  }
}
