import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type Behaviour, noteEvents } from '../leads/note.ts'
import { putTags } from '../leads/tags.ts'
import type { Playbook } from '../playbook/schema.ts'
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
  for (const rule of playbook.pages.tags) await tagByReading(tx, house, visits, rule)
  await considerReview(
    tx,
    house,
    touched.map(({ leadId }) => leadId),
  )
}

/** What somebody reads says what he is after: where the rule is met, the pieces' own words become his tags. */
async function tagByReading(
  tx: Transaction,
  house: House,
  visits: readonly Visit[],
  { of, on, atLeast, group }: Playbook['pages']['tags'][number],
): Promise<void> {
  const seen = visits.filter(({ leadId, readAt }) => leadId && (on === 'open' || readAt))
  if (seen.length === 0) return
  const about = `content c ON c.id = v.content_id AND c.version = v.content_version JOIN unnest(c.${of}) AS about(name) ON true`
  const met = await tx.query<{ leadId: string; name: string }>(
    `SELECT now.lead AS "leadId", now.name FROM (
       SELECT DISTINCT lead_root(v.lead_id) AS lead, about.name FROM visits v JOIN ${about} WHERE v.id = ANY($1)) now
     JOIN visits v ON v.lead_id IN (SELECT lead_family(now.lead)) AND ${on === 'open' ? 'true' : 'v.read_at IS NOT NULL'} JOIN ${about} AND about.name = now.name
     GROUP BY now.lead, now.name HAVING count(DISTINCT v.content_id) >= $2`,
    [seen.map(({ id }) => id), atLeast],
  )
  const by = 'rule:reading'
  await putTags(
    tx,
    house,
    met.map((tag) => ({ ...tag, group, by, rule: `reading:${of}` })),
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
