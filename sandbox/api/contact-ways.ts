import { refuse, WecomError } from '../errcodes.ts'
import { chars, type Fields, flag, needText, object, text, texts, whole } from '../fields.ts'
import { staffIn, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { ContactWay } from '../world.ts'
import { limited } from './customers.ts'
import { type Apis, post } from './definition.ts'
import { paged } from './paging.ts'

/** 联系我 (WeCom doc 92228). */
export const contactWayApis: Apis = {
  'externalcontact/add_contact_way': post(({ body }, wecom) => {
    const type = whole(body, 'type') ?? refuse(40063)
    const scene = whole(body, 'scene') ?? refuse(40063)
    if (![1, 2].includes(type) || ![1, 2].includes(scene)) throw new WecomError(40058)
    if (flag(body, 'is_temp')) throw new WecomError(48002)
    if (wecom.world.contactWays.length >= 500_000) throw new WecomError(41045)
    const way: ContactWay = {
      config_id: wecom.id('', 32).toLowerCase(),
      type,
      scene,
      createdAt: wecom.now(),
      style: 1,
      remark: '',
      skip_verify: true,
      state: '',
      user: [],
      party: [],
      is_exclusive: false,
      ...changes(wecom, body, type),
    }
    // The picture is the sandbox's own, so that a page can show it.
    if (scene === 2) way.qr_code = `${wecom.settings.url}/qr/${way.config_id}.svg`
    wecom.world.contactWays.push(way)
    return { config_id: way.config_id, ...(way.qr_code ? { qr_code: way.qr_code } : {}) }
  }),
  'externalcontact/get_contact_way': post(({ body }, wecom) => {
    const { createdAt: _, given: __, ...way } = needWay(wecom, body)
    return { contact_way: { ...way, is_temp: false } }
  }),
  'externalcontact/update_contact_way': post(({ body }, wecom) => {
    const way = needWay(wecom, body)
    Object.assign(way, changes(wecom, body, way.type, way))
    return {}
  }),
  'externalcontact/del_contact_way': post(({ body }, wecom) => {
    const way = needWay(wecom, body)
    wecom.world.contactWays = wecom.world.contactWays.filter((item) => item !== way)
    return {}
  }),
  'externalcontact/list_contact_way': post(
    ({ body }, wecom) => {
      const from = whole(body, 'start_time') ?? wecom.seconds() - 90 * 86_400
      const to = whole(body, 'end_time') ?? wecom.seconds()
      const all = wecom.world.contactWays.filter(
        (way) => way.createdAt / 1000 >= from && way.createdAt / 1000 <= to + 1,
      )
      const { page, next } = paged(all, text(body, 'cursor'), limited(whole(body, 'limit'), 100, 1000), `ways${from}`)
      return { contact_way: page.map(({ config_id }) => ({ config_id })), ...(next ? { next_cursor: next } : {}) }
    },
    { contact_way: [] },
  ),
}

function needWay(wecom: Wecom, body: Fields): ContactWay {
  const id = needText(body, 'config_id', 41044)
  const way = wecom.world.contactWays.find((item) => item.config_id === id)
  if (!way) throw new WecomError(41044)
  return way
}

/** The changeable part, checked; an update overwrites what it names. */
function changes(wecom: Wecom, body: Fields, type: number, held?: ContactWay): Partial<ContactWay> {
  const state = text(body, 'state')
  const remark = text(body, 'remark')
  if (chars(state ?? '') > 30 || chars(remark ?? '') > 30) throw new WecomError(40058)
  const user = 'user' in body ? texts(body, 'user') : (held?.user ?? [])
  const party = 'party' in body ? texts(body, 'party').map(Number) : (held?.party ?? [])
  const people = user.map((userid) => {
    const person = staffOf(wecom, userid)
    if (!person || person.leftAt) throw new WecomError(40003)
    if (!person.inScope) throw new WecomError(60011)
    if (!person.active || !person.realNamed) throw new WecomError(41054)
    return person.userid
  })
  const reach = new Set([...people, ...staffIn(wecom, party).map(({ userid }) => userid)])
  if (type === 1 ? user.length !== 1 || party.length > 0 : reach.size < 1) throw new WecomError(41041)
  if (reach.size > 100) throw new WecomError(41041)
  const out: Partial<ContactWay> = { user: people, party }
  if (state !== undefined) out.state = state
  if (remark !== undefined) out.remark = remark
  const style = whole(body, 'style')
  if (style !== undefined) out.style = style
  const skip = flag(body, 'skip_verify')
  if (skip !== undefined) out.skip_verify = skip
  const exclusive = flag(body, 'is_exclusive')
  if (exclusive !== undefined) out.is_exclusive = exclusive
  const conclusions = object(body, 'conclusions')
  if (conclusions) out.conclusions = conclusions
  return out
}
