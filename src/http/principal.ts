import type { Actor } from '../actor.ts'

export const roles = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const
export type Role = (typeof roles)[number]

/** Whose leads somebody may see and work on. */
export type Reach = 'all' | 'team' | 'own'

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

/** Deny by default: somebody without a role reaches what is his own. */
export function reachOf(held: readonly Role[]): Reach {
  if (held.includes('admin') || held.includes('mdr')) return 'all'
  return held.includes('manager') ? 'team' : 'own'
}

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)
