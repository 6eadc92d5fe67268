import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Arrival, LeadFields } from '../leads/open.ts'
import { openLeads } from '../leads/open.ts'
import { putTags } from '../leads/tags.ts'
import { forgotten } from '../leads/tombstones.ts'
import type { ContactWithFollow } from '../wecom/contacts.ts'
import { registered } from './staff.ts'
import { wishStage } from './wishes.ts'

interface FoundTag {
  id: string
  group: string
  name: string
  stageGroup: boolean
}

/**
 * Relations that were there before we looked. Whoever is not yet a lead becomes a silent one: no stage tag, review, journey or
 * message until an admin switches automation on. What is known already stays as it is. Set-based, and twice is once.
 * @returns how many relations were new
 */
export async function keepFound(tx: Transaction, house: House, met: readonly ContactWithFollow[]): Promise<number> {
  const gone = await forgotten(
    tx,
    house,
    met.map((one) => [{ kind: 'externalUserId', value: one.external_contact.external_userid }]),
  )
  const found = met.filter((_, place) => !gone.has(place))
  if (found.length === 0) return 0
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const spell = await registered(
    tx,
    house,
    found.map((one) => one.follow_info.userid),
  )
  const tags = await readTags(tx, [...new Set(found.flatMap((one) => one.follow_info.tag_id))])
  const feeds = new Map(
    playbook.tagGroups.flatMap((group) => (group.feeds ? [[group.name, group.feeds] as const] : [])),
  )
  const rows = found.map((one) => ({
    ...one,
    userid: spell(one.follow_info.userid),
    externalUserId: one.external_contact.external_userid,
    at: one.follow_info.createtime ? new Date(one.follow_info.createtime * 1000) : now,
    tags: one.follow_info.tag_id.flatMap((id) => tags.get(id) ?? []),
  }))
  const opened = await openLeads(
    tx,
    house,
    rows.map((row) => arrivalOf(row, feeds)),
  )
  const fresh = await tx.query<{ userid: string; externalUserId: string }>(
    `INSERT INTO follows (external_userid, userid, lead_id, state, add_way, way_state, remark, started_at)
     SELECT DISTINCT ON (ext, userid) ext, userid, lead, 'full', way, state, remark, at
     FROM unnest($1::text[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::timestamptz[]) AS t(ext, userid, lead, way, state, remark, at)
     ORDER BY ext, userid ON CONFLICT DO NOTHING RETURNING userid, external_userid AS "externalUserId"`,
    [
      rows.map((row) => row.externalUserId),
      rows.map((row) => row.userid),
      opened.map((one) => one.leadId),
      rows.map((row) => row.follow_info.add_way ?? null),
      rows.map((row) => row.follow_info.state || null),
      rows.map((row) => row.follow_info.remark || null),
      rows.map((row) => row.at),
    ],
  )
  const isNew = new Set(fresh.map((row) => `${row.externalUserId}\0${row.userid}`))
  const news = rows.flatMap((row, index) =>
    isNew.has(`${row.externalUserId}\0${row.userid}`) ? [{ ...row, leadId: opened[index]?.leadId as string }] : [],
  )
  await rememberTags(tx, news)
  await putTags(
    tx,
    house,
    news.flatMap(({ leadId, userid, tags }) =>
      tags.filter((tag) => !tag.stageGroup).map(({ group, name }) => ({ leadId, group, name, by: `wecom:${userid}` })),
    ),
  )
  // Someone we knew already and who is not silent wears his stage on this relation too.
  await wishStage(tx, [...new Set(news.map((row) => row.leadId))], now)
  return news.length
}

function arrivalOf(
  row: ContactWithFollow & { userid: string; externalUserId: string; at: Date; tags: readonly FoundTag[] },
  feeds: ReadonlyMap<string, keyof LeadFields>,
): Arrival {
  const { external_contact: who, follow_info: follow } = row
  const fields: LeadFields = {
    name: who.name || undefined,
    company: follow.remark_corp_name || who.corp_full_name || who.corp_name || undefined,
    title: who.position || undefined,
  }
  for (const { group, name } of row.tags) {
    const field = feeds.get(group)
    if (field && field !== 'attributes') fields[field] ??= name
  }
  return {
    identities: [
      { kind: 'externalUserId', value: row.externalUserId },
      ...(who.unionid ? [{ kind: 'unionid' as const, value: who.unionid }] : []),
      ...follow.remark_mobiles.map((value) => ({ kind: 'mobile' as const, value })),
    ],
    fields,
    source: { kind: follow.state ? 'live_code' : 'wecom', state: follow.state || null, userid: row.userid },
    at: row.at,
    by: 'wecom',
    key: `found:${row.externalUserId}:${row.userid}`,
    automation: false,
  }
}

async function readTags(tx: Transaction, ids: readonly string[]): Promise<Map<string, FoundTag>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query<FoundTag>(
    `SELECT g.wecom_tag_id AS id, gg.name AS "group", g.name, gg.kind = 'stage' AS "stageGroup"
     FROM tags g JOIN tag_groups gg ON gg.id = g.group_id WHERE g.wecom_tag_id = ANY($1)`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** What the relations wear is the base from which a change by hand is told. */
async function rememberTags(
  tx: Transaction,
  rows: readonly { userid: string; externalUserId: string; tags: readonly FoundTag[] }[],
): Promise<void> {
  const worn = rows.flatMap((row) => row.tags.map((tag) => ({ ...row, id: tag.id })))
  await tx.query(
    `INSERT INTO follow_tags (external_userid, userid, wecom_tag_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    [worn.map((row) => row.externalUserId), worn.map((row) => row.userid), worn.map((row) => row.id)],
  )
  const staged = rows.filter((row) => row.tags.some((tag) => tag.stageGroup))
  await tx.query(
    `UPDATE follows f SET stage_worn = w.stage FROM (
       SELECT ft.external_userid, ft.userid, CASE WHEN count(*) = 1 THEN min(g.stage) END AS stage
       FROM follow_tags ft JOIN unnest($1::text[], $2::text[]) AS t(ext, userid) ON ft.external_userid = t.ext AND ft.userid = t.userid
         JOIN tags g ON g.wecom_tag_id = ft.wecom_tag_id JOIN tag_groups gg ON gg.id = g.group_id WHERE gg.kind = 'stage' GROUP BY 1, 2) w
     WHERE f.external_userid = w.external_userid AND f.userid = w.userid`,
    [staged.map((row) => row.externalUserId), staged.map((row) => row.userid)],
  )
}
