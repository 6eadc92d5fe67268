import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type Behaviour, noteEvents } from '../leads/note.ts'
import { considerReview } from '../review/consider.ts'

/** A visit as it counts for the lead who made it, and for the one who forwarded the page to him. */
export interface Visit {
  id: string
  link: string | null
  contentId: string
  visitorId: string | null
  leadId: string | null
  fromLead: string | null
  openedAt: Date
  readAt: Date | null
  /** Of the piece. */
  counts: string
}

export const visitColumns = (alias: string): string =>
  `${alias}.id, ${alias}.link, ${alias}.content_id AS "contentId", ${alias}.visitor_id AS "visitorId", ${alias}.lead_id AS "leadId",
   ${alias}.from_lead AS "fromLead", ${alias}.opened_at AS "openedAt", ${alias}.read_at AS "readAt",
   coalesce((SELECT c.counts FROM content c WHERE c.id = ${alias}.content_id AND c.version = ${alias}.content_version), '') AS counts`

/** Makes of visits what leads did. Each counts once however often it is told: a visit opens and is read once. */
export async function noteVisits(tx: Transaction, house: House, visits: readonly Visit[]): Promise<void> {
  const { playbook } = await house.playbook.current()
  const touched = await noteEvents(
    tx,
    house,
    visits.flatMap((visit) => behavioursOf(visit, playbook.pages.events)),
  )
  await considerReview(
    tx,
    house,
    touched.map(({ leadId }) => leadId),
  )
}

function behavioursOf(visit: Visit, events: { open: string; read: string; forward: string }): Behaviour[] {
  const { id, contentId, leadId, fromLead, visitorId, openedAt, readAt, counts } = visit
  const data = { contentId, visit: id, ...(visit.link ? { link: visit.link } : {}) }
  const done: Behaviour[] = []
  if (leadId) {
    const did = (type: string, at: Date, what: string) =>
      done.push({ leadId, type, at, data, key: `visit\0${id}\0${what}`, actor: 'customer' })
    did(events.open, openedAt, 'open')
    if (counts) did(counts, openedAt, 'counts')
    if (readAt) did(events.read, readAt, 'read')
  }
  // One who opens what he got twice was given it once.
  if (fromLead && visitorId && fromLead !== leadId)
    done.push({
      leadId: fromLead,
      type: events.forward,
      at: openedAt,
      data,
      key: `forward\0${contentId}\0${fromLead}\0${visitorId}`,
      actor: 'customer',
    })
  return done
}
