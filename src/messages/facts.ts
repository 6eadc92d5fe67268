import type { Sql } from '../db.ts'
import type { Follow, KfSession } from './channel.ts'

/** How things stand with a lead at the moment words to him are planned or about to leave. */
export interface LeadFacts {
  /** The lead that speaks for the one that was asked about. */
  id: string
  name: string
  company: string | null
  /** Whom his messages are counted against besides himself: the company's name, spelled one way. */
  account: string | null
  title: string | null
  industry: string | null
  region: string | null
  stage: string
  owner: string | null
  automation: boolean
  marketing: 'default' | 'granted' | 'denied'
  /** He asked for a rest until then. */
  pausedUntil: Date | null
  source: { channel?: string | null; campaign?: string | null } | null
  needs: string[]
  /** When he last asked for us. */
  handRaisedAt: Date | null
  follows: (Follow & { wayState: string | null; staffName: string | null; timesCome: number })[]
  kf: KfSession[]
  /** Marketing of the last 30 days that reached the person or still may; soonest first. */
  sends: Send[]
  /** The same for everybody of his company, 7 days. */
  accountSends: Send[]
  /** By channel: when a customer's quota was last used up. */
  usedUp: Record<string, string>
}

export interface Send {
  id: string
  state: string
  priority: number
  at: Date
}

const day = 86_400_000

/** The colleague a customer knows besides `sender`: the owner if he is one of them, else who met him first. */
export function acquaintanceOf(
  { follows, owner }: LeadFacts,
  sender: string | null,
): LeadFacts['follows'][number] | null {
  const others = follows.filter(
    ({ userid, state, active }) => state === 'full' && active && userid.toLowerCase() !== sender?.toLowerCase(),
  )
  const [first = null] = others.sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
  return others.find(({ userid }) => userid === owner) ?? first
}

/**
 * Everything planning and sending need to know of some leads, in one statement, by the ids that were asked for: an alias
 * answers with the lead that speaks for it. Unknown ids are missing from the answer.
 */
export async function readFacts(sql: Sql, leadIds: readonly string[], now: Date): Promise<Map<string, LeadFacts>> {
  const rows = await sql.query<Raw>(statement, [
    [...new Set(leadIds)],
    new Date(now.getTime() - 30 * day),
    new Date(now.getTime() - 7 * day),
    new Date(now.getTime() - 60 * day),
  ])
  return new Map(
    rows.map(({ asked, ...row }) => [
      asked,
      {
        ...row,
        handRaisedAt: row.handRaisedAt === null ? null : new Date(row.handRaisedAt),
        follows: row.follows.map((follow) => ({ ...follow, startedAt: new Date(follow.startedAt) })),
        kf: row.kf.map((session) => ({
          ...session,
          heardAt: session.heardAt === null ? null : new Date(session.heardAt),
        })),
        sends: row.sends.map(withDate),
        accountSends: row.accountSends.map(withDate),
      },
    ]),
  )
}

const withDate = (send: Stored<Send>): Send => ({ ...send, at: new Date(send.at) })

type Stored<T> = {
  [Key in keyof T]: T[Key] extends Date ? string : T[Key] extends Date | null ? string | null : T[Key]
}
type Raw = Omit<LeadFacts, 'follows' | 'kf' | 'sends' | 'accountSends'> & {
  asked: string
  follows: Stored<LeadFacts['follows'][number]>[]
  kf: Stored<KfSession>[]
  sends: Stored<Send>[]
  accountSends: Stored<Send>[]
}

// What waits for a member may go any minute, so it counts as of its planning until it has a time of its own.
const send = `jsonb_build_object('id', m.id, 'state', m.state, 'priority', m.priority,
  'at', CASE m.state WHEN 'sent' THEN m.sent_at WHEN 'planned' THEN m.due_at ELSE m.created_at END)`
const mayReach = `m.purpose = 'marketing' AND m.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown')`

const family = `ANY(fam.ids)`

const statement = `
  SELECT ask.id AS asked, l.id, l.name, l.company, account_of(l.company) AS account, l.title, l.industry, l.region, l.stage, l.owner, l.automation, l.marketing, l.paused_until AS "pausedUntil",
    coalesce(l.last_source, l.first_source) AS source,
    (SELECT sc.hand_raise_at FROM scores sc WHERE sc.lead_id = l.id) AS "handRaisedAt",
    coalesce((SELECT jsonb_agg(DISTINCT t.name) FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id JOIN tag_groups g ON g.id = t.group_id
      WHERE g.kind = 'need' AND t.deleted_at IS NULL AND lt.lead_id = ${family}), '[]') AS needs,
    coalesce((SELECT jsonb_agg(jsonb_build_object('userid', f.userid, 'externalUserId', f.external_userid, 'state', f.state,
        'startedAt', f.started_at, 'wayState', f.way_state, 'staffName', nullif(s.name, ''),
        'active', coalesce(s.active AND s.in_scope, true),
        'timesCome', (SELECT count(*) FROM touches c WHERE c.lead_id = ${family} AND lower(c.userid) = lower(f.userid))))
      FROM follows f LEFT JOIN staff s ON lower(s.userid) = lower(f.userid)
      WHERE f.lead_id = ${family}), '[]') AS follows,
    coalesce((SELECT jsonb_agg(jsonb_build_object('openKfId', k.open_kfid, 'externalUserId', k.external_userid, 'heardAt', k.heard_at,
        'said', k.said, 'state', k.state)) FROM kf_sessions k WHERE k.lead_id = ${family}), '[]') AS kf,
    coalesce((SELECT jsonb_agg(${send}) FROM messages m WHERE m.lead_id = ${family} AND ${mayReach}
        AND m.created_at > $4 AND greatest(m.created_at, m.due_at, m.sent_at) > $2), '[]') AS sends,
    coalesce((SELECT jsonb_agg(${send}) FROM messages m WHERE m.account = account_of(l.company) AND ${mayReach}
        AND m.created_at > $4 AND greatest(m.created_at, m.due_at, m.sent_at) > $3), '[]') AS "accountSends",
    coalesce((SELECT jsonb_object_agg(u.channel, u.at) FROM (SELECT m.channel, max(m.created_at) AS at FROM messages m
      WHERE m.lead_id = ${family} AND m.state = 'failed' AND m.reason ->> 'id' = 'cap' AND m.created_at > $2
      GROUP BY m.channel) u), '{}') AS "usedUp"
  FROM unnest($1::uuid[]) AS ask(id)
  JOIN leads l ON l.id = lead_root(ask.id)
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT lead_family(l.id)) AS ids) fam`
