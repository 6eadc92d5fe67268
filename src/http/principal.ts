import type { Actor } from '../actor.ts'
import { Refused } from '../failures.ts'
import type { Reach } from '../leads/reach.ts'

export const roles = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
export type Role = (typeof roles)[number]

/** Who asks. */
export interface Principal {
  /** The credential: `api`, or the userid of whoever signed in. What idempotency and audit go by. */
  id: string
  /** `Act-As`: the person the machine speaks for. */
  actAs?: string
  /** The person, when it is one; the machine API on its own is nobody. */
  userid: string | null
  roles: readonly Role[]
  reach: Reach
  team: string | null
  /** Came with a cookie, so another site may have sent it. */
  cookie: boolean
}

/** What a person's history rows say. */
export const actorOf = (principal: Principal): Actor => ({ id: principal.userid ?? 'api', roles: principal.roles })

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** The colleague who asks. A machine has no chat and no customers of its own. @throws Refused 422 */
export function memberOf({ userid }: Principal): string {
  if (userid === null) throw new Refused(422, 'nobody', '请用 Act-As 说明是哪位同事')
  return userid
}
