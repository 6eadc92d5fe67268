import type { Sql } from '../db.ts'
import type { ConditionFacts } from '../playbook/condition.ts'
import type { Follow, KfSession } from './channel.ts'

/** How things stand with a lead at the moment words to him are planned or about to leave. */
export interface LeadFacts {
  /** The lead that speaks for the one that was asked about. */
  id: string
  name: string
  company: string | null
  /** Whom his messages are counted against besides himself: his account, or his company's name until it has one. */
  account: string | null
  title: string | null
  industry: string | null
  region: string | null
  /** His own, where somebody wrote it down. */
  timeZone: string | null
  stage: string
  stageAt: Date
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
  /** Marketing and hand-overs of the last 30 days that reached the person or still may. */
  sends: Send[]
  /** Marketing to everybody of his company, 30 days. */
  accountSends: Send[]
  /** By channel: until when WeCom's own limit closes it to this person. */
  shut: Record<string, string>
  /** What red-line rules ask about; absent where no rule does. */
  conditions?: ConditionFacts | undefined
}

export interface Send {
  id: string
  state: string
  purpose: string
  channel: string
  priority: number
  at: Date
  /** It waits for a member's hand and may go at any moment up to then. */
  until: Date | null
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
    now,
    new Date(now.getTime() - 60 * day),
  ])
  return new Map(
    rows.map(({ asked, ...row }) => [
      asked,
      {
        ...row,
        stageAt: new Date(row.stageAt),
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

const withDate = (send: Stored<Send>): Send => ({
  ...send,
  at: new Date(send.at),
  until: send.until === null ? null : new Date(send.until),
})

type Stored<T> = {
  [Key in keyof T]: T[Key] extends Date ? string : T[Key] extends Date | null ? string | null : T[Key]
}
type Raw = Omit<LeadFacts, 'follows' | 'kf' | 'sends' | 'accountSends' | 'conditions'> & {
  asked: string
  follows: Stored<LeadFacts['follows'][number]>[]
  kf: Stored<KfSession>[]
  sends: Stored<Send>[]
  accountSends: Stored<Send>[]
}

// What waits for a member's hand, or may, goes at any moment up to the end of its task.
const send = `jsonb_build_object('id', m.id, 'state', m.state, 'purpose', m.purpose, 'channel', m.channel, 'priority', m.priority,
  'at', CASE m.state WHEN 'sent' THEN m.sent_at WHEN 'planned' THEN m.due_at ELSE m.created_at END,
  'until', CASE WHEN m.state = 'waiting' THEN coalesce((m.waits_for ->> 'until')::timestamptz, m.expires_at)
    WHEN m.state IN ('sending', 'unknown') AND m.batch_id IS NOT NULL THEN (SELECT b.expires_at FROM batches b WHERE b.id = m.batch_id) END)`
const mayReach = `m.state IN ('planned', 'waiting', 'sending', 'sent', 'unknown') AND m.created_at > $4
  AND (m.state <> 'waiting' OR m.waits_for ->> 'for' IS DISTINCT FROM 'approval')
  AND greatest(m.created_at, m.due_at, m.sent_at, CASE WHEN m.state <> 'sent' THEN $3::timestamptz END) > $2`

const family = `ANY(fam.ids)`

const statement = `
  SELECT ask.id AS asked, l.id, l.name, l.company, of_account.key AS account, l.title, l.industry, l.region, l.attributes ->> 'timeZone' AS "timeZone", l.stage, l.stage_at AS "stageAt", l.owner, l.automation, l.marketing, l.paused_until AS "pausedUntil",
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
    coalesce((SELECT jsonb_agg(${send}) FROM messages m WHERE m.lead_id = ${family} AND m.purpose IN ('marketing', 'handover')
        AND ${mayReach}), '[]') AS sends,
    coalesce((SELECT jsonb_agg(${send}) FROM messages m WHERE m.account IN (of_account.key, account_of(l.company)) AND m.purpose = 'marketing'
        AND ${mayReach}), '[]') AS "accountSends",
    coalesce((SELECT jsonb_object_agg(u.channel, u.until) FROM (SELECT s.channel, max(s.until) AS until FROM channel_shut s
      JOIN follows f ON f.external_userid = s.recipient WHERE f.lead_id = ${family} AND s.until > $3::timestamptz GROUP BY s.channel) u), '{}') AS shut
  FROM unnest($1::uuid[]) AS ask(id)
  JOIN leads l ON l.id = lead_root(ask.id)
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT lead_family(l.id)) AS ids) fam
  CROSS JOIN LATERAL (SELECT account_of_lead(l.id, l.company) AS key) of_account`
