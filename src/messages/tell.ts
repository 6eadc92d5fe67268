import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type PlannedMessage, plan } from './plan.ts'
import type { Variables } from './render.ts'

export interface Notice {
  /** What makes this notice this one; each member gets it once. */
  key: string
  /** A template of the house. */
  words: string
  leadId: string | null
  /** Members to be told besides those with a role. */
  userids?: readonly string[] | undefined
  variables?: Variables | undefined
  /** About somebody who asked for us; absent: the planner looks. */
  urgent?: boolean | undefined
  /** A card to answer on, in place of the words. */
  card?: Record<string, unknown> | undefined
  extra?: Record<string, unknown> | undefined
  within?: string | undefined
}

/** Plans a notice to every active member with one of the roles, and to those named. Quiet hours put it off. */
export async function tellRoles(
  tx: Transaction,
  house: House,
  roles: readonly string[],
  { key, userids = [], ...notice }: Notice,
): Promise<PlannedMessage[]> {
  const people = await tx.query<{ userid: string }>(
    `SELECT userid FROM staff WHERE active AND (roles && $1 OR lower(userid) = ANY($2)) ORDER BY userid`,
    [roles, userids.map((userid) => userid.toLowerCase())],
  )
  const told: PlannedMessage[] = []
  for (const { userid } of people) {
    const person = { key: `${key}:${userid}`, purpose: 'notice', recipient: userid, by: 'system' } as const
    told.push(await plan(tx, house, { ...notice, ...person }))
  }
  return told
}
