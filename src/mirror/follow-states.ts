/** What is between a member and a customer, as far as we know. */
export type FollowState = 'half' | 'full' | 'deleted_by_us' | 'deleted_by_customer' | 'out_of_scope'

/** A relation where it matters for what comes next. */
export interface Standing {
  state: FollowState
  /** The last add. */
  startedAt: Date
  endedAt: Date | null
}

export type Ending = 'deleted_by_us' | 'deleted_by_customer' | 'transferred'

/**
 * Where a relation stands after somebody added somebody. Events come late, twice and in any order, so it is their time that
 * counts: an add from before the end does not bring a relation back. `anew`: it ended and began again.
 */
export function begin(before: Standing | null, add: { half: boolean; at: Date }): Standing & { anew: boolean } {
  const state = add.half ? 'half' : 'full'
  if (!before) return { state, startedAt: add.at, endedAt: null, anew: false }
  if (before.state === 'deleted_by_us' || before.state === 'deleted_by_customer') {
    if (before.endedAt && add.at < before.endedAt) return { ...before, anew: false }
    return { state, startedAt: add.at, endedAt: null, anew: true }
  }
  // An end that comes later but is from before this add ended something older.
  const startedAt = new Date(Math.max(add.at.getTime(), before.startedAt.getTime()))
  return { ...before, state: before.state === 'full' ? 'full' : state, startedAt, anew: false }
}

/** Where a relation stands after somebody deleted somebody; an end from before the beginning ended something older. */
export function end(before: Standing, how: Ending, at: Date): Standing {
  if (at < before.startedAt) return before
  const endedAt = before.endedAt && before.endedAt > at ? before.endedAt : at
  const state =
    how === 'deleted_by_customer' && before.state !== 'deleted_by_us' ? 'deleted_by_customer' : 'deleted_by_us'
  return { ...before, state, endedAt }
}
