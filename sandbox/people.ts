import { refuse, WecomError } from './errcodes.ts'
import type { Wecom } from './wecom.ts'
import type { Customer, Relation, Staff } from './world.ts'

/** userids are case-insensitive. */
export function staffOf(wecom: Wecom, userid: string): Staff | undefined {
  const wanted = userid.toLowerCase()
  return wecom.world.staff.find((person) => person.userid.toLowerCase() === wanted)
}

/** A member who is here and inside the app's scope. @throws 60111, 60011 */
export function needStaff(wecom: Wecom, userid: string): Staff {
  const person = staffOf(wecom, userid)
  if (!person) throw new WecomError(60111, `userid not found, ${userid.toLowerCase()}`)
  if (person.leftAt) throw new WecomError(60111)
  if (!person.inScope) throw new WecomError(60011)
  return person
}

/** A member who may follow customers and whom the app may see. @throws 40003, 60111, 84084 */
export function needFollower(wecom: Wecom, userid: string): Staff {
  const person = staffOf(wecom, userid)
  if (!person) throw new WecomError(40003)
  if (person.leftAt) throw new WecomError(60111)
  if (!person.inScope || !person.follows) throw new WecomError(84084)
  return person
}

/** @throws 40096 */
export function needCustomer(wecom: Wecom, externalUserid: string): Customer {
  return wecom.world.customers[externalUserid] ?? refuse(40096)
}

export function relationOf(wecom: Wecom, userid: string, externalUserid: string): Relation | undefined {
  const wanted = userid.toLowerCase()
  return relationsOf(wecom, externalUserid).find((item) => item.userid.toLowerCase() === wanted)
}

const indexes = new WeakMap<Relation[], { count: number; byCustomer: Map<string, Relation[]> }>()

/** Everybody's relation with one customer. The list of relations only ever grows, so the index follows its end. */
export function relationsOf(wecom: Wecom, externalUserid: string): Relation[] {
  const { relations } = wecom.world
  const index = indexes.get(relations) ?? { count: 0, byCustomer: new Map<string, Relation[]>() }
  indexes.set(relations, index)
  for (; index.count < relations.length; index.count++) {
    const relation = relations[index.count] as Relation
    const held = index.byCustomer.get(relation.external_userid)
    if (held) held.push(relation)
    else index.byCustomer.set(relation.external_userid, [relation])
  }
  return index.byCustomer.get(externalUserid) ?? []
}

/** APIs go on working when only the customer deleted; half-adds and what the member deleted are 84061. */
export const apiKnows = (wecom: Wecom, relation: Relation): boolean =>
  !relation.half && !relation.deletedByStaff && relation.visibleFrom <= wecom.now()

/** Whether a message from the member still reaches the customer. */
export const friends = (relation: Relation | undefined): boolean =>
  !!relation && !relation.half && !relation.deletedByStaff && !relation.deletedByCustomer

/** @throws 40096, 84061 and what `needFollower` throws */
export function needRelation(wecom: Wecom, userid: string, externalUserid: string): Relation {
  const person = needFollower(wecom, userid)
  needCustomer(wecom, externalUserid)
  const relation = relationOf(wecom, person.userid, externalUserid)
  if (!relation || !apiKnows(wecom, relation)) throw new WecomError(84061)
  return relation
}

/** Everybody in the departments and below. */
export function staffIn(wecom: Wecom, departments: readonly number[]): Staff[] {
  const within = new Set(departments)
  for (let grew = true; grew; ) {
    grew = false
    for (const department of wecom.world.departments)
      if (within.has(department.parentid) && !within.has(department.id)) {
        within.add(department.id)
        grew = true
      }
  }
  return wecom.world.staff.filter((person) => !person.leftAt && person.departments.some((id) => within.has(id)))
}

/** What a customer API shows of a person. */
export function contactJson(customer: Customer) {
  const { external_userid, name, avatar, type, gender, unionid, position, corp_name, corp_full_name } = customer
  return {
    external_userid,
    name,
    ...(type === 2 ? { position: position ?? '', corp_name, corp_full_name } : {}),
    avatar,
    type,
    gender,
    ...(unionid && type === 1 ? { unionid } : {}),
  }
}
