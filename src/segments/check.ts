import { type Condition, leavesOf } from '../playbook/condition.ts'
import type { Playbook } from '../playbook/schema.ts'
import { operatorsOf } from './fields.ts'

export interface Fault {
  field: string
  message: string
}

/** What a condition cannot say of itself: that the question fits the field, and that stages, journeys and pieces exist. */
export function checkCondition(
  condition: Condition,
  playbook: Pick<Playbook, 'stages' | 'desks' | 'accounts'>,
  known: { journeys: ReadonlySet<string>; pieces: ReadonlySet<string> },
): Fault[] {
  return leavesOf(condition).flatMap((leaf) => {
    const fault = (message: string): Fault[] => [{ field: 'condition', message }]
    if ('journey' in leaf) return known.journeys.has(leaf.journey) ? [] : fault(`没有旅程 ${leaf.journey}`)
    if ('content' in leaf) {
      const { id } = leaf.content
      return id === undefined || known.pieces.has(id) ? [] : fault(`内容库里没有 ${id}`)
    }
    if (!('field' in leaf)) return []
    const { field, op, value } = leaf
    if (!operatorsOf(field).includes(op))
      return fault(`字段 ${field} 不能用 ${op}，可用 ${operatorsOf(field).join('、')}`)
    const names = named(playbook)[field]
    if (names === undefined || op === 'exists') return []
    const strange = [value]
      .flat()
      .filter((name) => !names.some((one) => one.toLowerCase() === String(name).toLowerCase()))
    return strange.length === 0 ? [] : fault(`业务规则里没有 ${field} ${strange.join('、')}`)
  })
}

/** Fields whose values the playbook names. */
const named = ({
  stages,
  desks,
  accounts,
}: Pick<Playbook, 'stages' | 'desks' | 'accounts'>): Readonly<Partial<Record<string, string[]>>> => ({
  stage: Object.keys(stages),
  desk: Object.keys(desks),
  'account.stage': Object.keys(stages),
  'account.role': accounts.roles.map(({ id }) => id),
})
