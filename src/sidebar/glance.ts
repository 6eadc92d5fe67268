import type { Actor } from '../actor.ts'
import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { type Brief, readBrief } from '../leads/brief.ts'
import { type LeadView, readLead } from '../leads/read.ts'
import { pickContent, type Suggestion } from '../messages/pick.ts'
import { type OpenPromise, readOpenPromise } from '../promises/open.ts'
import { listVisits, type VisitRow } from '../tracking/effect.ts'
import { type Reach, sayReach } from '../tracking/reach.ts'
import { type NextAction, nextAction } from './next-action.ts'

/** What a colleague must know of somebody in the second in which he opens the chat. */
export interface Glance {
  lead: LeadView
  brief: Brief
  /** What he read lately, each piece once, newest first. */
  reading: Reading[]
  suggestions: Suggestion[]
  clock: Clock | null
  /** The answer he was promised and waits for. */
  promise: OpenPromise | null
  next: NextAction
}

export interface Reading
  extends Reach,
    Pick<VisitRow, 'contentId' | 'title' | 'openedAt' | 'depth' | 'read' | 'forwardedTo'> {
  seconds: number
  times: number
}

/** What runs out, and when. */
export interface Clock {
  kind: 'promise' | 'accept' | 'first-contact' | 'review' | 'follow-up'
  from: Date
  dueAt: Date
}

const recentVisits = 40
const shownPieces = 5
const shownSuggestions = 6

/**
 * @param from a chat is somebody's own; whoever looks from a desk asks what is to be done by whoever works on the lead
 * @throws Refused 404
 */
export async function readGlance(
  house: House,
  leadId: string,
  actor: Actor,
  from: 'chat' | 'desk' = 'chat',
): Promise<Glance> {
  const now = house.clock.now()
  const [{ playbook }, lead, brief, visits, suggestions, promise, [followUp]] = await Promise.all([
    house.playbook.current(),
    readLead(house, leadId),
    readBrief(house, leadId, actor),
    listVisits(house.db, leadId, { after: null, limit: recentVisits }),
    pickContent(house.db, house, leadId, { limit: shownSuggestions }),
    readOpenPromise(house.db, leadId),
    house.db.query<{ touchedAt: Date }>('SELECT touched_at AS "touchedAt" FROM follow_ups WHERE lead_id = $1', [
      leadId,
    ]),
  ])
  const reading = pieces(visits)
  const mine = brief.offer ? isSame(brief.offer.userid, actor.id) : false
  const offer = brief.offer?.state === 'open' && mine ? brief.offer : null
  const firstContactDue =
    brief.offer?.state === 'accepted' && brief.offer.firstContactAt === null ? brief.offer.firstContactDue : null
  const longFrom = followUp && new Date(followUp.touchedAt.getTime() + milliseconds(playbook.sla.followUp.remind))
  const [latest] = reading
  const who = from === 'desk' ? lead.owner : actor.id
  return {
    lead,
    brief,
    reading,
    suggestions,
    clock: clockOf(brief, { promise, offer, firstContactDue, followUp, longFrom }),
    promise,
    next: nextAction({
      now,
      promise:
        promise && (from === 'desk' || promise.userid === null || isSame(promise.userid, actor.id)) ? promise : null,
      offer,
      firstContactDue,
      why: whyOf(brief),
      review: from === 'desk' ? brief.queue : null,
      atDesk: from === 'desk',
      optedOut: lead.marketing === 'denied',
      lastRead: latest
        ? { title: latest.title, at: latest.openedAt, depth: latest.depth, reached: sayReach(latest) }
        : null,
      suggestion: suggestions[0] ?? null,
      followUp: followUp && longFrom ? { touchedAt: followUp.touchedAt, longFrom } : null,
      friend: brief.follows.some(({ userid, state }) => state === 'full' && (who === null || isSame(userid, who))),
    }),
  }
}

/** WeCom spells a member's id as it likes. */
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

function clockOf(
  { queue }: Brief,
  due: {
    promise: { madeAt: Date; dueAt: Date } | null
    offer: { offeredAt: Date; dueAt: Date } | null
    firstContactDue: Date | null
    followUp: { touchedAt: Date } | undefined
    longFrom: Date | undefined
  },
): Clock | null {
  if (due.promise) return { kind: 'promise', from: due.promise.madeAt, dueAt: due.promise.dueAt }
  if (due.offer) return { kind: 'accept', from: due.offer.offeredAt, dueAt: due.offer.dueAt }
  if (due.firstContactDue) return { kind: 'first-contact', from: due.firstContactDue, dueAt: due.firstContactDue }
  if (queue) return { kind: 'review', from: queue.queuedAt, dueAt: queue.dueAt }
  if (due.followUp && due.longFrom) return { kind: 'follow-up', from: due.followUp.touchedAt, dueAt: due.longFrom }
  return null
}

function pieces(visits: readonly VisitRow[]): Reading[] {
  const found = new Map<string, Reading>()
  for (const { contentId, title, openedAt, dwellMs, depth, part, parts, unit, read, forwardedTo } of visits) {
    const seconds = Math.round(dwellMs / 1000)
    const known = found.get(contentId)
    if (!known) {
      const reach = { part, parts, unit }
      found.set(contentId, { contentId, title, openedAt, depth, ...reach, read, forwardedTo, seconds, times: 1 })
      continue
    }
    known.times += 1
    known.seconds += seconds
    known.depth = Math.max(known.depth, depth)
    // Pages of another version are other pages.
    if (known.part !== null && parts === known.parts) known.part = Math.max(known.part, part ?? 0)
    known.read ||= read
  }
  return [...found.values()].slice(0, shownPieces)
}

/** Why somebody thought him worth a call: what the MDR wrote, else what brought him into the queue. */
function whyOf({ verdict, path, queue }: Brief): string {
  const said = path.find(({ words }) => words)?.words
  return said ?? (verdict ? '' : (queue?.why.map(({ text }) => text).join('；') ?? ''))
}
