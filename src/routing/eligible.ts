import type { Routing } from '../playbook/routing-schema.ts'

/** One member of staff as he stands at the moment of choosing. */
export interface Candidate {
  userid: string
  roles: readonly string[]
  team: string | null
  /** Share of the rotation; 0 receives nothing. */
  weight: number
  /** Most open leads he holds; null: the playbook's. */
  capacity: number | null
  /** Leads he holds now, open offers included. */
  open: number
  newToday: number
  active: boolean
  inScope: boolean
  absentUntil: Date | null
  regions: readonly string[]
  industries: readonly string[]
  /** Words of an admin's for what he can do: 英语, 大客户. */
  skills: readonly string[]
  /** By his own hours, where he has any. Nobody is passed over for it while everybody else is off, too. */
  onShift: boolean
  /** Already the customer's WeCom friend, on both sides. */
  friend: boolean
  credit: number
  lastOfferedAt: Date | null
}

type Pool = Routing['rules'][number]['pool']
type Place = { industry?: string | null | undefined; region?: string | null | undefined }

/** How a record of a choice says that somebody was away. */
export const absentNote = '休假中'

/** Why nothing may be offered to him now, whatever the rule; null: it may. */
export function whyNot(
  person: Candidate,
  { at, tried, routing }: { at: Date; tried: readonly string[]; routing: Pick<Routing, 'capacity' | 'newPerDay'> },
): string | null {
  const capacity = person.capacity ?? routing.capacity
  if (!person.active) return '已停用'
  if (!person.inScope) return '不在应用可见范围'
  if (person.absentUntil && person.absentUntil > at) return absentNote
  if (tried.some((userid) => sameUser(userid, person.userid))) return '这一轮已派过'
  if (person.weight <= 0) return '权重为 0'
  if (person.open >= capacity) return `在手 ${person.open}/${capacity}，已满`
  if (person.newToday >= routing.newPerDay) return `今天已接 ${person.newToday}/${routing.newPerDay}`
  return null
}

/** Why he does not belong to a rule's pool; null: he does. */
export function whyOutside(person: Candidate, pool: Pool, lead: Place, areas: Routing['areas']): string | null {
  const roles: readonly string[] | undefined = pool.roles ?? (pool.staff ? undefined : ['sales'])
  if (roles && !roles.some((role) => person.roles.includes(role))) return '角色不符'
  if (pool.teams && !(person.team && pool.teams.includes(person.team))) return '不在这个团队'
  if (pool.staff && !pool.staff.some((userid) => sameUser(userid, person.userid))) return '不在名单'
  const missing = pool.skills?.filter((skill) => !person.skills.includes(skill)) ?? []
  if (missing.length > 0) return `不会「${missing.join('、')}」`
  if (pool.matchRegion && !coversRegion(person.regions, lead.region, areas))
    return lead.region ? '区域不符' : '线索区域未知'
  if (pool.matchIndustry && !covers(person.industries, lead.industry))
    return lead.industry ? '行业不符' : '线索行业未知'
  return null
}

/** WeCom userids are compared without case. */
const sameUser = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** `制造` covers `装备制造`, and the other way round. */
function covers(own: readonly string[], asked: string | null | undefined): boolean {
  const wanted = asked?.trim()
  return !!wanted && own.some((word) => word.trim() !== '' && (wanted.includes(word.trim()) || word.includes(wanted)))
}

function coversRegion(own: readonly string[], asked: string | null | undefined, areas: Routing['areas']): boolean {
  if (covers(own, asked)) return true
  return (
    !!asked && own.some((word) => Object.hasOwn(areas, word) && areas[word]?.some((place) => asked.includes(place)))
  )
}
