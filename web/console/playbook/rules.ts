import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { ChangeSchema, CheckedSchema, VersionSchema } from '../../../src/http/api/playbook.schema.ts'
import type { SimulationSchema, TriedSchema } from '../../../src/http/api/simulations.schema.ts'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'

/** The rules as they come: what is in them is the playbook's business. */
export type Rules = Record<string, unknown>
export type Change = z.infer<typeof ChangeSchema>
export type Checked = z.infer<typeof CheckedSchema>
export type Fault = Checked['faults'][number]
export type Version = z.infer<typeof VersionSchema>
export type Simulation = z.infer<typeof SimulationSchema>
export type Tried = z.infer<typeof TriedSchema>

export const rulesQuery = queryOptions({
  queryKey: ['playbook'],
  queryFn: async ({ signal }) => {
    const { version, ...rules } = await call<{ version: number } & Rules>('GET', '/api/playbook', { signal })
    return { version, rules: rules as Rules }
  },
})

export const versionsQuery = pages<Version>(['playbook-versions'], '/api/playbook/versions')
export const simulationsQuery = pages<Tried>(['simulations'], '/api/playbook/simulations')

export const diffQuery = (from: number) =>
  queryOptions({
    queryKey: ['playbook-diff', from],
    queryFn: ({ signal }) =>
      call<{ from: number; to: number; changes: Change[] }>('GET', `/api/playbook/diff?from=${from}`, { signal }),
    staleTime: 0,
  })

export const simulationQuery = (id: string) =>
  queryOptions({
    queryKey: ['simulations', id],
    queryFn: ({ signal }) => call<Simulation>('GET', `/api/playbook/simulations/${id}`, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && !['queued', 'working'].includes(state.data.state) ? false : state.error ? 5_000 : 1_000,
  })

const isObject = (value: unknown): value is Rules =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The JSON merge patch (RFC 7396) that makes one of the other: only what differs, `null` where something goes. */
export function patchOf(before: Rules, after: Rules): Rules {
  const patch: Rules = {}
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch[key] = null
  for (const [key, value] of Object.entries(after)) {
    const was = Object.hasOwn(before, key) ? before[key] : undefined
    if (isSame(was, value)) continue
    patch[key] = isObject(was) && isObject(value) ? patchOf(was, value) : value
  }
  return patch
}

export function applyPatch(rules: Rules, patch: Rules): Rules {
  const next = { ...rules }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key]
    else next[key] = isObject(value) ? applyPatch(isObject(next[key]) ? (next[key] as Rules) : {}, value) : value
  }
  return next
}

export type Path = readonly string[]

export function valueAt(rules: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      Array.isArray(value) ? value[Number(key)] : isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    rules,
  )
}

/** The same rules with another value at a place; `undefined` takes away what is there. */
export function put(rules: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(rules)) return rules.map((one, index) => (index === Number(key) ? put(one, rest, value) : one))
  const next = { ...(isObject(rules) ? rules : {}) }
  const changed = put(next[key], rest, value)
  if (changed === undefined) delete next[key]
  else next[key] = changed
  return next
}
