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

/** The channel, who is reached by it, and the channels left to try should it come back. */
export type Route = { channel: string; reached: Reached; ways: string[] }

/**
 * The first channel of the list that can carry the message now and that the guard lets through; where it lets none through,
 * the first that could carry it. When none can, the first one's name with every reason.
 */
export function chooseRoute(
  channels: House['shelves']['channels'],
  order: readonly string[],
  wanted: Wanted,
  lead: LeadFacts | null,
  at: Date,
  lawful: (channel: string, reached: Reached) => boolean = () => true,
): Route {
  const why = new Set<string>()
  let second: Route | undefined
  for (const [index, channel] of order.entries()) {
    const reached = askChannel(channels, channel, wanted, lead, at)
    if (reached.ok) {
      const route = { channel, reached, ways: order.slice(index + 1) }
      if (lawful(channel, reached)) return route
      second ??= route
    } else why.add(reached.why)
  }
  return (
    second ?? {
      channel: order[0] ?? 'none',
      reached: { ok: false, why: [...why].join('；') || '业务规则里没有为这种消息安排通道' },
      ways: [],
    }
  )
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
  const shut = lead?.shut[name]
  if (shut !== undefined && at < new Date(shut))
    return { ok: false, why: '客户这个月可接收的次数已用完（企业微信的限制），下个月才能再发' }
  const reach: Reach = {
    at,
    ...wanted,
    owner: lead?.owner ?? null,
    follows: lead?.follows ?? [],
    kf: lead?.kf ?? [],
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
