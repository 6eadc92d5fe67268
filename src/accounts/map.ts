import type { House } from '../house.ts'
import type { Within } from '../leads/list.ts'
import { readMembers } from './read.ts'

export type NodeKind = 'person' | 'stranger' | 'staff' | 'content'
export interface MapNode {
  id: string
  kind: NodeKind
  label: string
  /** A lead's id, where one may open him. */
  leadId: string | null
  title: string | null
  stage: string | null
  role: string | null
  score: number | null
}

export interface MapEdge {
  from: string
  to: string
  kind: 'knows' | 'works_with' | 'forwarded' | 'introduced' | 'read'
  weight: number
  last: string | null
  /** Ids behind it: contents, chats. */
  evidence: string[]
}

export interface AccountMap {
  nodes: MapNode[]
  edges: MapEdge[]
  /** What there is more than is shown. */
  left: { people: number; strangers: number; contents: number; edges: number }
}

const most = { people: 60, strangers: 40, contents: 20, edges: 400 }

interface Follow {
  lead: string
  userid: string
  name: string
  last: Date
  live: boolean
}
interface Forward {
  from: string | null
  fromStranger: string | null
  toLead: string | null
  toStranger: string | null
  content: string
  title: string | null
  times: number
  last: Date
}

/**
 * Who knows whom in and around a company: its people, those they forwarded to, our colleagues who know them, and what they
 * read. Bounded; the best people first, what was left out is counted.
 */
export async function readMap(house: House, account: string, within: Within): Promise<AccountMap> {
  const members = await readMembers(house, account, within, most.people + 1)
  const people = members.slice(0, most.people)
  const ids = people.map(({ leadId }) => leadId)
  const [family, follows, together, forwards, reads, introduced] = await Promise.all([
    house.db.query<{ people: number }>('SELECT people FROM accounts WHERE id = $1', [account]),
    house.db.query<Follow>(
      `SELECT f.lead AS lead, s.userid, coalesce(nullif(s.name, ''), s.userid) AS name, max(w.started_at) AS last, bool_or(w.state IN ('half', 'full')) AS live
       FROM unnest($1::uuid[]) AS f(lead) CROSS JOIN LATERAL lead_family(f.lead) AS m(id) JOIN follows w ON w.lead_id = m.id JOIN staff s ON s.userid = w.userid
       GROUP BY f.lead, s.userid, s.name ORDER BY last DESC LIMIT ${most.edges}`,
      [ids],
    ),
    house.db.query<{ a: string; b: string; chats: string[]; last: Date | null }>(
      `WITH sat AS (SELECT f.lead, g.chat_id, g.joined_at FROM unnest($1::uuid[]) AS f(lead) CROSS JOIN LATERAL lead_family(f.lead) AS m(id)
         JOIN identities i ON i.lead_id = m.id AND i.kind = 'externalUserId' JOIN group_members g ON g.member = i.key)
       SELECT a.lead AS a, b.lead AS b, array_agg(DISTINCT a.chat_id ORDER BY a.chat_id) AS chats, max(greatest(a.joined_at, b.joined_at)) AS last
       FROM sat a JOIN sat b ON b.chat_id = a.chat_id AND b.lead > a.lead GROUP BY 1, 2 ORDER BY cardinality(array_agg(DISTINCT a.chat_id)) DESC LIMIT ${most.edges}`,
      [ids],
    ),
    readForwards(house, ids),
    house.db.query<{ lead: string; content: string; title: string; times: number; last: Date }>(
      `SELECT f.lead, v.content_id AS content, coalesce(c.title, v.content_id) AS title, count(*)::int AS times, max(v.opened_at) AS last
       FROM unnest($1::uuid[]) AS f(lead) CROSS JOIN LATERAL lead_family(f.lead) AS m(id) JOIN visits v ON v.lead_id = m.id LEFT JOIN content c ON c.id = v.content_id AND c.current
       GROUP BY 1, 2, 3 ORDER BY max(v.opened_at) DESC, 2 LIMIT ${most.edges}`,
      [ids],
    ),
    house.db.query<{ lead: string; by: string; userid: string; last: Date }>(
      `SELECT f.lead, c.created_by AS by, w.userid, max(w.started_at) AS last FROM unnest($1::uuid[]) AS f(lead) CROSS JOIN LATERAL lead_family(f.lead) AS m(id)
         JOIN follows w ON w.lead_id = m.id JOIN live_codes c ON c.state = w.way_state AND c.kind = 'handover' GROUP BY 1, 2, 3`,
      [ids],
    ),
  ])
  const nodes = new Map<string, MapNode>()
  const edges: MapEdge[] = []
  for (const { leadId, name, title, stage, role, score, withinReach } of people)
    nodes.set(leadId, {
      id: leadId,
      kind: 'person',
      label: name,
      leadId: withinReach ? leadId : null,
      title,
      stage,
      role: role?.id ?? null,
      score,
    })
  const plain = { leadId: null, title: null, stage: null, role: null, score: null }
  for (const { lead, userid, name, last, live } of follows) {
    nodes.set(`staff:${userid}`, { id: `staff:${userid}`, kind: 'staff', label: name, ...plain })
    edges.push({
      from: `staff:${userid}`,
      to: lead,
      kind: 'knows',
      weight: live ? 2 : 1,
      last: last.toISOString(),
      evidence: [],
    })
  }
  for (const { lead, userid, by, last } of introduced) {
    if (nodes.has(`staff:${userid}`))
      edges.push({
        from: `staff:${userid}`,
        to: lead,
        kind: 'introduced',
        weight: 1,
        last: last.toISOString(),
        evidence: [by],
      })
  }
  for (const { a, b, chats, last } of together)
    edges.push({
      from: a,
      to: b,
      kind: 'works_with',
      weight: chats.length,
      last: last?.toISOString() ?? null,
      evidence: chats.slice(0, 10),
    })
  const seen = { strangers: 0, contents: 0 }
  const allow = (id: string, make: () => MapNode, kind: 'strangers' | 'contents'): boolean => {
    if (nodes.has(id)) return true
    if (seen[kind] >= most[kind]) return false
    seen[kind]++
    nodes.set(id, make())
    return true
  }
  const left = { people: Math.max(0, (family[0]?.people ?? 0) - people.length), strangers: 0, contents: 0, edges: 0 }
  const between = new Map<string, MapEdge>()
  for (const forward of forwards) {
    const end = (lead: string | null, stranger: string | null): string | null => {
      if (lead && nodes.has(lead)) return lead
      const id = stranger ?? lead
      if (!id) return null
      const key = `stranger:${id}`
      return allow(key, () => ({ id: key, kind: 'stranger', label: '', ...plain }), 'strangers') ? key : null
    }
    const [from, to] = [end(forward.from, forward.fromStranger), end(forward.toLead, forward.toStranger)]
    if (!from || !to || from === to) {
      if (!from || !to) left.strangers++
      continue
    }
    const key = `${from}\0${to}`
    const edge = between.get(key) ?? { from, to, kind: 'forwarded' as const, weight: 0, last: null, evidence: [] }
    edge.weight += forward.times
    edge.last = later(edge.last, forward.last.toISOString())
    if (edge.evidence.length < 10 && !edge.evidence.includes(forward.content)) edge.evidence.push(forward.content)
    between.set(key, edge)
  }
  edges.push(...between.values())
  for (const { lead, content, title, times, last } of reads) {
    const id = `content:${content}`
    if (!allow(id, () => ({ id, kind: 'content', label: title, ...plain }), 'contents')) {
      left.contents++
      continue
    }
    edges.push({ from: lead, to: id, kind: 'read', weight: times, last: last.toISOString(), evidence: [] })
  }
  left.edges = Math.max(0, edges.length - most.edges)
  return { nodes: [...nodes.values()], edges: edges.slice(0, most.edges), left }
}

const later = (a: string | null, b: string): string => (a && a > b ? a : b)

/** Who passed what on to whom: from these people, to them, and one hop further along strangers. */
function readForwards(house: House, ids: readonly string[]): Promise<Forward[]> {
  return house.db.query<Forward>(
    `WITH mine AS (SELECT m.id, f.lead FROM unnest($1::uuid[]) AS f(lead) CROSS JOIN LATERAL lead_family(f.lead) AS m(id)),
     first AS (SELECT v.* FROM visits v WHERE v.from_lead IN (SELECT id FROM mine)
       UNION SELECT v.* FROM visits v WHERE v.lead_id IN (SELECT id FROM mine) AND (v.from_lead IS NOT NULL OR v.from_visitor IS NOT NULL)),
     passed AS (SELECT * FROM first UNION SELECT v.* FROM visits v JOIN (SELECT DISTINCT visitor_id FROM first WHERE visitor_id IS NOT NULL AND lead_id IS NULL LIMIT 200) s ON v.from_visitor = s.visitor_id)
     SELECT lead_root(p.from_lead) AS "from", CASE WHEN p.from_lead IS NULL THEN p.from_visitor END AS "fromStranger", lead_root(p.lead_id) AS "toLead",
       CASE WHEN p.lead_id IS NULL THEN p.visitor_id END AS "toStranger", p.content_id AS content, min(c.title) AS title, count(*)::int AS times, max(p.opened_at) AS last
     FROM passed p LEFT JOIN content c ON c.id = p.content_id AND c.current WHERE p.visitor_id IS NOT NULL OR p.lead_id IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5 ORDER BY max(p.opened_at) DESC, 1, 2, 3, 4, 5 LIMIT 1000`,
    [ids],
  )
}
