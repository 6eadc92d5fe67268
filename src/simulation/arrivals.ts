import type { Sql } from '../db.ts'
import { familyOf } from '../leads/family.ts'
import { readWornTags } from '../leads/worn-tags.ts'
import type { Rules } from '../playbook/keep.ts'
import { findEdge, target } from '../stages/edges.ts'
import type { History, Window } from './history.ts'
import type { RecordedOffer } from './promises.ts'
import type { Replayed, Sale } from './replay.ts'
import type { Team } from './team.ts'

/** An offer as history has it. Moments are numbers here: an arrival waits in the database, and its offers in the job. */
export interface PastOffer {
  userid: string
  at: number
  due: number
  state: RecordedOffer['state']
  answeredAt: number | null
}

/** A lead that needs a rep, once. */
export interface Arrival {
  leadId: string
  /** Which placing of history this is, the same under any rules. */
  stay: string
  at: number
  /** What rules may ask about. */
  lead: { id: string; [field: string]: string | null }
  tags: { group: string; name: string }[]
  friends: string[]
  /** What history has of this placing, and by how much the replay moved it. */
  past: PastOffer[]
  shift: number
  /** It is with him already. */
  held: string | null
  /** When it leaves the sales desk, in the replay; null: not within the window. */
  left: number | null
  /** Nobody ever judged it: it is here with the share of those of this grade. */
  grade: string | null
}

type By = Pick<Rules, 'playbook' | 'calendar'>
type Found = Omit<Arrival, 'lead' | 'tags' | 'friends'> & { stage: string }

/** The times a lead needs a rep, or is with one from the beginning. Pure. */
export function arrivalsOf(lead: History, played: Replayed, by: By, window: Window, team: Team): Found[] {
  const known = played.sales.flatMap((sale) => placingsOf(lead, sale, by, window))
  const supposed = played.stays.flatMap((stay, index): Found[] => {
    const edge = stay.unknown ? findEdge(by.playbook, 'verdict.mql', stay.place) : undefined
    const to = edge && target(edge, stay.place)
    if (to?.desk !== 'sales') return []
    const at = by.calendar.addWorking(stay.at, team.reviewMs ?? 0).getTime()
    return [
      { ...nothing, leadId: lead.id, stay: `unjudged-${index}`, stage: to.stage, at, left: null, grade: stay.grade },
    ]
  })
  return [...known, ...supposed].filter(({ at }) => at < window.to.getTime())
}

const nothing = { past: [], shift: 0, held: null, grade: null }

/** A stay at the sales desk is one placing; one more for each time it was taken from who had it and offered anew. */
function placingsOf(lead: History, sale: Sale, { playbook }: By, window: Window): Found[] {
  const change = lead.changes[sale.entered]
  if (!change) return []
  const ended = sale.leftBy?.at ?? null
  const offers = lead.offers.filter(({ at }) => at >= change.at && (!ended || at < ended))
  const shift = sale.at.getTime() - change.at.getTime()
  const isTakenBack = sale.leftBy?.rule === 'undo'
  if (offers.length === 0 && isTakenBack) return []
  const edge = playbook.edges.find(({ id }) => id === sale.leftBy?.edge)
  const runs: RecordedOffer[][] = [[]]
  for (const offer of offers) {
    if (runs.at(-1)?.at(-1)?.state === 'accepted') runs.push([])
    runs.at(-1)?.push(offer)
  }
  return runs.flatMap((run, index): Found[] => {
    const next = runs[index + 1]?.[0]
    const isAccepted = run.at(-1)?.state === 'accepted'
    // That nobody could take it is what is to be found out anew.
    const isMachines = edge?.on === 'unplaced' && sale.leftBy?.actor === 'system' && !isAccepted
    const left = next ? next.at.getTime() + shift : isMachines ? null : (sale.left?.getTime() ?? null)
    const first = run.find(({ at, answeredAt }) => at >= window.from || !answeredAt || answeredAt >= window.from)
    const isHeld = run.length > 0 && !first
    if (left !== null && left < window.from.getTime()) return []
    if (isHeld && !isAccepted) return []
    const owner = run.length === 0 && !ended ? lead.owner : null
    if (run.length === 0 && !owner && change.at < window.from) return []
    const at = (first?.at ?? run.at(-1)?.at ?? change.at).getTime() + shift
    const past = run.map(({ userid, at, due, state, answeredAt }) => ({
      userid,
      at: at.getTime(),
      due: due.getTime(),
      state,
      answeredAt: answeredAt?.getTime() ?? null,
    }))
    const held = isHeld ? (run.at(-1)?.userid ?? null) : owner
    return [
      { ...nothing, leadId: lead.id, stay: `${sale.entered}-${index}`, stage: sale.stage, at, past, shift, held, left },
    ]
  })
}

/** Adds what the rules ask about a lead: its profile, tags as they are today, and who was its friend when it came. */
export async function withFacts(
  sql: Sql,
  leads: ReadonlyMap<string, History>,
  found: readonly Found[],
): Promise<Arrival[]> {
  const family = await familyOf(
    sql,
    found.map(({ leadId }) => leadId),
  )
  const rootOf = new Map(family.map(({ root, id }) => [id, root]))
  const tags = await readWornTags(sql, family)
  const friends = await sql.query<{ leadId: string; userid: string; since: Date; until: Date | null }>(
    'SELECT lead_id AS "leadId", userid, started_at AS since, ended_at AS until FROM follows WHERE lead_id = ANY($1) AND (state = \'full\' OR ended_at IS NOT NULL) ORDER BY userid',
    [family.map(({ id }) => id)],
  )
  return found.map(({ stage, ...arrival }) => {
    const { industry, region, company, title } = leads.get(arrival.leadId)?.profile ?? {}
    const at = new Date(arrival.at - arrival.shift)
    return {
      ...arrival,
      lead: {
        id: arrival.leadId,
        industry: industry ?? null,
        region: region ?? null,
        company: company ?? null,
        title: title ?? null,
        stage,
      },
      tags: tags.get(arrival.leadId) ?? [],
      friends: friends
        .filter(
          ({ leadId, since, until }) => rootOf.get(leadId) === arrival.leadId && since <= at && !(until && until <= at),
        )
        .map(({ userid }) => userid),
    }
  })
}
