import type { Sql } from '../db.ts'

/** A relation's tags: what is to be put on and taken off, as far as we know what it wears. */
export interface Tagging {
  userid: string
  externalUserId: string
  leadId: string
  state: string
  /** False: the lead is silent, nothing is done. */
  automation: boolean
  stage: string
  startedAt: Date
  wishAt: Date | null
  tries: number
  marks: number
  add: string[]
  remove: string[]
  /** Something it should wear does not exist in WeCom yet. */
  lacks: boolean
}

/**
 * What is to be done about relations. Each wears its lead's stage tag and no other of that group. The lead's other tags are
 * put on where they are missing; in groups that are mirrored, those the lead has lost are taken off. In other people's groups
 * nothing is taken off, and what one relation wears is not carried over to the next.
 */
export async function readTaggings(
  sql: Sql,
  relations: readonly { userid: string; externalUserId: string }[],
): Promise<Tagging[]> {
  return sql.query<Tagging>(
    `SELECT f.userid, f.external_userid AS "externalUserId", l.id AS "leadId", f.state, l.automation, l.stage, f.started_at AS "startedAt",
       f.wish_at AS "wishAt", f.wish_tries AS tries, f.marks, wanted.lacks,
       ARRAY(SELECT id FROM unnest(wanted.ids) AS id WHERE NOT id = ANY(worn.ids)) AS add,
       ARRAY(SELECT g.wecom_tag_id FROM tags g JOIN tag_groups gg ON gg.id = g.group_id
         WHERE g.wecom_tag_id = ANY(worn.ids) AND NOT g.wecom_tag_id = ANY(wanted.ids) AND (gg.kind <> 'custom' OR gg.ours)) AS remove
     FROM unnest($1::text[], $2::text[]) AS asked(ext, userid) JOIN follows f ON f.external_userid = asked.ext AND f.userid = asked.userid
       JOIN leads l ON l.id = lead_root(f.lead_id)
       CROSS JOIN LATERAL (SELECT coalesce(array_agg(ft.wecom_tag_id), '{}') AS ids FROM follow_tags ft
         WHERE ft.external_userid = f.external_userid AND ft.userid = f.userid) worn
       CROSS JOIN LATERAL (
         SELECT coalesce(array_agg(w.id) FILTER (WHERE w.id IS NOT NULL), '{}') AS ids, bool_or(w.id IS NULL) AS lacks FROM (
           SELECT (SELECT g.wecom_tag_id FROM tags g JOIN tag_groups gg ON gg.id = g.group_id WHERE gg.kind = 'stage' AND g.stage = l.stage
             ORDER BY g.wecom_tag_id IS NULL, g.created_at, g.id LIMIT 1) AS id
           UNION ALL
           SELECT held.id FROM (
             SELECT g.wecom_tag_id AS id, row_number() OVER (PARTITION BY CASE WHEN gg.exclusive THEN gg.id ELSE g.id END
               ORDER BY lt.lead_id = l.id DESC, lt.at DESC, g.id) AS rank
             FROM lead_tags lt JOIN tags g ON g.id = lt.tag_id JOIN tag_groups gg ON gg.id = g.group_id
             WHERE lt.lead_id IN (SELECT lead_family(l.id)) AND gg.kind <> 'stage' AND g.deleted_at IS NULL
               AND char_length(g.name) <= 30 AND char_length(gg.name) <= 30
               AND (gg.kind <> 'custom' OR gg.ours OR gg.wecom_group_id IS NULL OR lt.by NOT LIKE 'wecom:%')) held
           WHERE held.rank = 1) w) wanted`,
    [relations.map((row) => row.externalUserId), relations.map((row) => row.userid)],
  )
}

/** Writes down what a relation wears now, and which stage that says. */
export async function rememberWorn(
  sql: Sql,
  relation: { userid: string; externalUserId: string },
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  const { externalUserId, userid } = relation
  await sql.query('DELETE FROM follow_tags WHERE external_userid = $1 AND userid = $2 AND wecom_tag_id = ANY($3)', [
    externalUserId,
    userid,
    remove,
  ])
  await sql.query(
    'INSERT INTO follow_tags (external_userid, userid, wecom_tag_id) SELECT $1, $2, id FROM unnest($3::text[]) AS id ON CONFLICT DO NOTHING',
    [externalUserId, userid, add],
  )
  await sql.query(
    `UPDATE follows SET stage_worn = (
       SELECT CASE WHEN count(*) = 1 THEN min(g.stage) END FROM follow_tags ft JOIN tags g ON g.wecom_tag_id = ft.wecom_tag_id JOIN tag_groups gg ON gg.id = g.group_id
       WHERE ft.external_userid = $1 AND ft.userid = $2 AND gg.kind = 'stage')
     WHERE external_userid = $1 AND userid = $2`,
    [externalUserId, userid],
  )
}
