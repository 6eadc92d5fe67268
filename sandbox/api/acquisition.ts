import { refuse, WecomError } from '../errcodes.ts'
import { chars, type Fields, flag, needText, object, text, texts, whole } from '../fields.ts'
import { needFollower, staffIn } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { AcquisitionLink } from '../world.ts'
import { limited } from './customers.ts'
import { type Apis, get, post } from './definition.ts'
import { paged } from './paging.ts'

const family = 'externalcontact/customer_acquisition'

/** 获客助手 (WeCom doc 97297, 97298, 97375, 100130). */
export const acquisitionApis: Apis = {
  [`${family}/list_link`]: post(
    ({ body }, wecom) => {
      const { page, next } = paged(
        wecom.world.acquisition.links,
        text(body, 'cursor'),
        limited(whole(body, 'limit'), 100, 100),
        'links',
      )
      return { link_id_list: page.map(({ link_id }) => link_id), next_cursor: next }
    },
    { link_id_list: [] },
  ),
  [`${family}/get`]: post(({ body }, wecom) => {
    const link = needLink(wecom, body)
    return {
      link: { ...linkJson(link), skip_verify: link.skip_verify },
      range: link.range,
      priority_option: link.priority_option,
    }
  }),
  [`${family}/create_link`]: post(({ body }, wecom) => {
    const name = needText(body, 'link_name')
    if (chars(name) > 30) throw new WecomError(40058)
    const link_id = wecom.id('cawc', 20)
    const link: AcquisitionLink = {
      link_id,
      link_name: name,
      url: `${wecom.settings.url}/ca/${link_id}`,
      createdAt: wecom.now(),
      range: range(wecom, body),
      skip_verify: flag(body, 'skip_verify') ?? true,
      priority_option: priority(wecom, body),
      clicks: 0,
    }
    wecom.world.acquisition.links.push(link)
    return { link: linkJson(link) }
  }),
  [`${family}/update_link`]: post(({ body }, wecom) => {
    const link = needLink(wecom, body)
    const name = text(body, 'link_name')
    if (name !== undefined && (name === '' || chars(name) > 30)) throw new WecomError(40058)
    const next = object(body, 'range') ? range(wecom, body) : link.range
    const first = object(body, 'priority_option') ? priority(wecom, body) : link.priority_option
    link.link_name = name ?? link.link_name
    link.range = next
    link.priority_option = first
    link.skip_verify = flag(body, 'skip_verify') ?? link.skip_verify
    return {}
  }),
  [`${family}/delete_link`]: post(({ body }, wecom) => {
    const link = needLink(wecom, body)
    wecom.world.acquisition.links = wecom.world.acquisition.links.filter((item) => item !== link)
    return {}
  }),
  [`${family}/customer`]: post(
    ({ body }, wecom) => {
      const link = needLink(wecom, body)
      const all = wecom.world.relations.filter((item) => item.linkId === link.link_id)
      const { page, next } = paged(all, text(body, 'cursor'), limited(whole(body, 'limit'), 500, 1000), link.link_id)
      return {
        customer_list: page.map((item) => ({
          external_userid: item.external_userid,
          userid: item.userid,
          chat_status: item.customerTalkedAt ? 1 : 0,
          state: item.state ?? '',
        })),
        next_cursor: next,
      }
    },
    { customer_list: [] },
  ),
  [`${family}_quota`]: get((_, wecom) => {
    const { total, balance } = wecom.world.acquisition
    return {
      total,
      balance,
      quota_list: [{ expire_date: Math.floor(wecom.seconds() / 86_400 + 180) * 86_400, balance }],
    }
  }),
  [`${family}/statistic`]: post(({ body }, wecom) => {
    const link = needLink(wecom, body)
    const from = whole(body, 'start_time') ?? refuse(40063)
    const to = whole(body, 'end_time') ?? refuse(40063)
    if (to < from || to - from > 30 * 86_400) throw new WecomError(40058)
    const added = wecom.world.relations.filter(
      (item) => item.linkId === link.link_id && item.createdAt / 1000 >= from && item.createdAt / 1000 < to + 86_400,
    )
    return { click_link_customer_cnt: Math.max(link.clicks, added.length), new_customer_cnt: added.length }
  }),
  [`${family}/get_chat_info`]: post(({ body }, wecom) => {
    const held = wecom.world.acquisition.chatKeys[needText(body, 'chat_key', 41201)]
    if (!held || held.until < wecom.now()) throw new WecomError(41201)
    const { userid, external_userid, count, link_id, state } = held
    return { userid, external_userid, chat_info: { recv_msg_cnt: count, link_id, state } }
  }),
}

function needLink(wecom: Wecom, body: Fields): AcquisitionLink {
  const id = needText(body, 'link_id')
  return wecom.world.acquisition.links.find((link) => link.link_id === id) ?? refuse(40058, 'invalid link_id')
}

/** 1: whoever knows somebody of the corp is led to him; 2: the same among those listed, at most 1000. */
function priority(wecom: Wecom, body: Fields): Fields | undefined {
  const given = object(body, 'priority_option')
  if (!given) return undefined
  const priority_type = whole(given, 'priority_type') ?? refuse(40063)
  if (![1, 2].includes(priority_type)) throw new WecomError(40058)
  if (priority_type === 1) return { priority_type }
  const listed = texts(given, 'priority_userid_list', 1000).map((userid) => needFollower(wecom, userid).userid)
  if (!listed.length) throw new WecomError(40063)
  return { priority_type, priority_userid_list: listed }
}

function range(wecom: Wecom, body: Fields) {
  const given = object(body, 'range') ?? refuse(40063)
  const user_list = texts(given, 'user_list').map((userid) => needFollower(wecom, userid).userid)
  const department_list = texts(given, 'department_list').map(Number)
  const reach = new Set([...user_list, ...staffIn(wecom, department_list).map(({ userid }) => userid)])
  if (reach.size < 1 || reach.size > 500) throw new WecomError(40058)
  return { user_list, department_list }
}

const linkJson = ({ link_id, link_name, url, createdAt }: AcquisitionLink) => ({
  link_id,
  link_name,
  url,
  create_time: Math.floor(createdAt / 1000),
})
