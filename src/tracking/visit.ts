import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import { tellForward, tellReading } from './alert.ts'
import { noteVisits, type Visit, visitColumns } from './behaviours.ts'
import { joinVisitor } from './join.ts'
import { findLink, type Link } from './pieces.ts'
import type { Ticket } from './ticket.ts'
import { findVisitor, leadOf, type Visitor } from './visitors.ts'

/** How things stand on an open page; each beacon says all of it, so that a lost or repeated one changes nothing. */
export interface Beacon {
  ticket: Ticket
  /** Time the page was in sight so far. */
  dwellMs: number
  /** The farthest point of the piece that came into sight, percent. */
  depth: number
  /** Ids of the actions he looked at. */
  acts: readonly string[]
  /** How far he came in what has parts: a page of a PDF, a second of a video. */
  part?: number | undefined
  parts?: number | undefined
}

/** Nobody scrolls to the end and has read it. */
const leastReadMs = 5_000
/** A page left open over lunch is not read all the while. */
const longestMs = 30 * 60_000
/** Clocks of two machines, and the time a beacon is on its way. */
const graceMs = 5_000

/**
 * Keeps what a page tells of itself. Of whom we know it becomes what he did; a stranger's visit waits until he is somebody.
 * The first beacon of a visit is its opening, of which the colleague hears.
 */
export async function noteBeacon(house: House, beacon: Beacon): Promise<void> {
  const { playbook } = await house.playbook.current()
  await tryTransaction(house.db, async (tx) => {
    const { ticket } = beacon
    const visitor = ticket.visitor ? await findVisitor(tx, ticket.visitor) : null
    if (visitor?.kind === 'staff') return
    const leadId = visitor ? await leadOf(tx, house, visitor) : null
    if (visitor && leadId && visitor.leadId !== leadId) await joinVisitor(tx, house, visitor, leadId)
    const link = ticket.link ? await findLink(tx, ticket.link) : null
    const isNew = await open(tx, house, ticket, { visitor, leadId, link })
    const now = house.clock.now()
    const dwellMs = Math.round(Math.min(beacon.dwellMs, now.getTime() - ticket.at.getTime() + graceMs, longestMs))
    const [visit] = await tx.query<Visit & { wasRead: boolean }>(
      `WITH before AS (SELECT read_at FROM visits WHERE id = $1 FOR UPDATE)
       UPDATE visits v SET seen_at = greatest(v.seen_at, $2), dwell_ms = greatest(v.dwell_ms, $3), depth = greatest(v.depth, $4),
         acts = ARRAY(SELECT DISTINCT unnest(v.acts || $5::text[]) ORDER BY 1), part = greatest(v.part, $8), parts = coalesce($9, v.parts),
         read_at = coalesce(v.read_at, CASE WHEN greatest(v.depth, $4) >= $6 AND greatest(v.dwell_ms, $3) >= $7 THEN $2 END)
       FROM before WHERE v.id = $1
       RETURNING ${visitColumns('v')}, before.read_at IS NOT NULL AS "wasRead"`,
      [
        ticket.visit,
        now,
        dwellMs,
        beacon.depth,
        beacon.acts,
        playbook.pages.readFrom,
        leastReadMs,
        beacon.part ?? null,
        beacon.parts ?? null,
      ],
    )
    if (!visit || !(isNew || (visit.readAt && !visit.wasRead))) return
    await noteVisits(tx, house, [visit])
    if (!isNew) return
    if (leadId) await tellReading(tx, house, visit, leadId, link?.sender ?? null)
    if (visit.fromLead && visit.visitorId) await tellForward(tx, house, visit, visit.fromLead, link?.sender ?? null)
  })
}

/** Writes the visit's first row. @returns false when it was there */
async function open(
  tx: Transaction,
  house: House,
  ticket: Ticket,
  who: { visitor: Visitor | null; leadId: string | null; link: Link | null },
): Promise<boolean> {
  const known = await tx.query('SELECT 1 FROM visits WHERE id = $1', [ticket.visit])
  if (known.length > 0) return false
  const from = await origin(tx, house, ticket, who)
  const written = await tx.query(
    `INSERT INTO visits (id, link, content_id, content_version, visitor_id, lead_id, from_visitor, from_lead, hops, opened_at, seen_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
       CASE WHEN $7::uuid IS NOT NULL THEN 1 + coalesce((SELECT min(hops) FROM visits WHERE visitor_id = $7 AND content_id = $3), 0)
         WHEN $8::uuid IS NOT NULL THEN 1 ELSE 0 END, $9, $9)
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      ticket.visit,
      ticket.link,
      ticket.contentId,
      ticket.version,
      who.visitor?.id ?? null,
      who.leadId,
      from.visitorId,
      from.leadId,
      house.clock.now(),
    ],
  )
  return written.length > 0
}

/**
 * Who forwarded the page: the one whose code stands in its address; else, where somebody else than its lead opens a personal
 * link, that lead. Nobody is his own forwarder.
 */
async function origin(
  tx: Transaction,
  house: House,
  ticket: Ticket,
  { visitor, leadId, link }: { visitor: Visitor | null; leadId: string | null; link: Link | null },
): Promise<{ visitorId: string | null; leadId: string | null }> {
  const from = ticket.from ? await findVisitor(tx, ticket.from) : null
  if (from && from.id !== visitor?.id) return { visitorId: from.id, leadId: await leadOf(tx, house, from) }
  if (!visitor || !link?.leadId) return { visitorId: null, leadId: null }
  const [row] = await tx.query<{ leadId: string; visitorId: string | null }>(
    `SELECT l.root AS "leadId", (SELECT v.id FROM visitors v WHERE v.lead_id IN (SELECT lead_family(l.root)) ORDER BY v.created_at LIMIT 1) AS "visitorId"
     FROM (SELECT lead_root($1) AS root) l WHERE l.root IS NOT NULL`,
    [link.leadId],
  )
  return row && row.leadId !== leadId ? row : { visitorId: null, leadId: null }
}
