import type { House } from '../house.ts'
import type { Follow, Reach, Reached } from './channel.ts'
import type { LeadFacts } from './facts.ts'

/** What a message needs of its way out. */
export interface Wanted {
  purpose: string
  sender: string | null
  /** The member a notice is for. */
  recipient: string | null
  extra: Record<string, unknown>
}

export type Route = { channel: string; reached: Reached }

/**
 * The first channel of the list that can carry the message now. When none can, the first one's name with every reason;
 * null when there is no channel at all.
 */
export function chooseRoute(
  channels: House['shelves']['channels'],
  order: readonly string[],
  wanted: Wanted,
  lead: LeadFacts | null,
  at: Date,
): Route {
  const why = new Set<string>()
  for (const name of order) {
    const reached = askChannel(channels, name, wanted, lead, at)
    if (reached.ok) return { channel: name, reached }
    why.add(reached.why)
  }
  return {
    channel: order[0] ?? 'none',
    reached: { ok: false, why: [...why].join('；') || '业务规则里没有为这种消息安排通道' },
  }
}

/** Whether one channel can carry the message now. */
export function askChannel(
  channels: House['shelves']['channels'],
  name: string,
  wanted: Wanted,
  lead: LeadFacts | null,
  at: Date,
): Reached {
  const channel = channels.get(name)
  if (!channel) return { ok: false, why: `没有名为 ${name} 的通道` }
  const usedUpAt = lead?.usedUp[name]
  const reach: Reach = {
    at,
    ...wanted,
    owner: lead?.owner ?? null,
    follows: lead?.follows ?? [],
    kf: lead?.kf ?? [],
    usedUpAt: usedUpAt === undefined ? null : new Date(usedUpAt),
  }
  return channel.reaches(reach)
}

/**
 * The relation through which a member may speak to the customer: the member that was named; else the owner's; else that of
 * whoever came last. Only full relations of people who work here count.
 */
export function speakingFollow(reach: Reach): Follow | null {
  const live = reach.follows.filter(({ state, active }) => state === 'full' && active)
  const of = (userid: string | null) =>
    userid === null ? undefined : live.find((follow) => follow.userid.toLowerCase() === userid.toLowerCase())
  if (reach.sender !== null) return of(reach.sender) ?? null
  const latest = [...live].sort(
    (a, b) => b.startedAt.getTime() - a.startedAt.getTime() || (a.userid < b.userid ? -1 : 1),
  )
  return of(reach.owner) ?? latest[0] ?? null
}
