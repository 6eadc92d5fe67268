import { type Step, sayPath } from './path-words.ts'

export interface Change {
  /** Where, as keys; members of lists that have ids by their id: `routing.rules.industry.name`. */
  path: string
  /** Where, in words: 派单 › 规则 › 同行业 › 名称. */
  label: string
  kind: 'added' | 'removed' | 'changed' | 'moved'
  /** Absent where there was nothing; of what moved, its place counted from 1. */
  old?: unknown
  new?: unknown
}

/**
 * What differs between two playbooks, leaf by leaf. Members of a list that have an id (`id`, `field`) are matched by it, so that
 * a rule that went up is a move and not two changes; other lists are one value.
 */
export function diffPlaybooks(from: unknown, to: unknown): Change[] {
  const changes: Change[] = []
  compare(from, to, [], changes)
  return changes
}

function compare(from: unknown, to: unknown, steps: readonly Step[], changes: Change[]): void {
  if (isSame(from, to)) return
  const add = (kind: Change['kind'], old: unknown, next: unknown, at = steps) =>
    changes.push({
      path: at.map(({ key }) => key).join('.'),
      label: sayPath(at),
      kind,
      ...(old === undefined ? {} : { old }),
      ...(next === undefined ? {} : { new: next }),
    })
  if (from === undefined) add('added', undefined, to)
  else if (to === undefined) add('removed', from, undefined)
  else if (isObject(from) && isObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
      compare(own(from, key), own(to, key), [...steps, { key, named: nameOf(own(to, key) ?? own(from, key)) }], changes)
  } else {
    const [before, after] = [keyed(from), keyed(to)]
    if (!before || !after || before.size + after.size === 0) {
      add('changed', from, to)
      return
    }
    const at = (key: string, member: unknown) => [...steps, { key, named: nameOf(member) ?? key }]
    for (const [key, member] of before) if (!after.has(key)) add('removed', member, undefined, at(key, member))
    for (const [key, member] of after) {
      if (before.has(key)) compare(before.get(key), member, at(key, member), changes)
      else add('added', undefined, member, at(key, member))
    }
    for (const key of moved([...before.keys()], [...after.keys()]))
      add('moved', placeOf(key, before), placeOf(key, after), at(key, after.get(key)))
  }
}

/** Members that have to be carried to another place so that the rest, left where it is, stands in the new order. */
function moved(before: readonly string[], after: readonly string[]): string[] {
  const places = new Map(before.map((key, index) => [key, index]))
  const kept = after.filter((key) => places.has(key))
  // The longest run of members that still follow each other stays.
  const best: { length: number; back: number }[] = []
  kept.forEach((key, index) => {
    let [length, back] = [1, -1]
    for (let earlier = 0; earlier < index; earlier++) {
      const other = best[earlier]
      if (other && other.length >= length && (places.get(kept[earlier] ?? '') ?? 0) < (places.get(key) ?? 0))
        [length, back] = [other.length + 1, earlier]
    }
    best.push({ length, back })
  })
  const stays = new Set<number>()
  let at = best.reduce((top, { length }, index) => (length > (best[top]?.length ?? 0) ? index : top), 0)
  for (; at >= 0 && best[at]; at = best[at]?.back ?? -1) stays.add(at)
  return kept.filter((_, index) => !stays.has(index))
}

const placeOf = (key: string, list: ReadonlyMap<string, unknown>): number => [...list.keys()].indexOf(key) + 1

function keyed(list: unknown): Map<string, unknown> | null {
  if (!Array.isArray(list)) return null
  const members = new Map<string, unknown>()
  for (const member of list) {
    const key = isObject(member) ? (member.id ?? member.field) : undefined
    if (typeof key !== 'string' || members.has(key)) return null
    members.set(key, member)
  }
  return members
}

function nameOf(value: unknown): string | undefined {
  const name = isObject(value) ? (value.name ?? value.label) : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((member, index) => isSame(member, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => isSame(own(a, key), own(b, key)))
}
