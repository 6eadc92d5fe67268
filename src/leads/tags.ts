import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { markTags } from '../journeys/marks.ts'
import { familyOf } from './family.ts'
import { record } from './record.ts'

export interface TagChange {
  leadId: string
  group: string
  name: string
  /** Who: a userid, `wecom:<userid>`, `rule:<id>`, `api`, `import`. */
  by: string
  /** The rule that says so; none where a person, or the source he came by, did. */
  rule?: string | undefined
}

/**
 * Puts tags on leads, with who and why. In an exclusive group the new tag takes the place of the old one. Groups and tags
 * that do not exist yet are made; they reach WeCom when definitions are next synchronised.
 */
export async function putTags(tx: Transaction, house: House, rows: readonly TagChange[]): Promise<void> {
  // The last word on one lead and tag (or exclusive group) counts; ON CONFLICT may not meet a row twice.
  const wanted = [
    ...new Map(
      rows
        .filter((row) => row.name.trim() && row.group.trim())
        .map((row) => [`${row.leadId}\0${row.group}\0${row.name}`, row]),
    ).values(),
  ]
  if (wanted.length === 0) return
  const tags = await defineTags(tx, house, wanted)
  const { version: playbookVersion } = await house.playbook.current()
  const now = house.clock.now()
  const chosen = new Map<string, { row: TagChange; tagId: string; groupId: string; exclusive: boolean }>()
  for (const row of wanted) {
    const tag = tags.get(`${row.group}\0${row.name}`)
    if (tag)
      chosen.set(tag.exclusive ? `${row.leadId}\0${tag.groupId}` : `${row.leadId}\0${tag.tagId}`, { row, ...tag })
  }
  const puts = [...chosen.values()].sort((a, b) => (a.row.leadId < b.row.leadId ? -1 : 1))
  const exclusive = puts.filter((put) => put.exclusive)
  // Two who put different tags of one such group at once do it one after the other.
  if (exclusive.length > 0)
    await tx.query('SELECT 1 FROM leads WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [
      exclusive.map((put) => put.row.leadId),
    ])
  const worn = await forFamilies(tx, exclusive, (put) => put.row.leadId)
  const gone =
    exclusive.length === 0
      ? []
      : await tx.query<{ leadId: string; tagId: string }>(
          `DELETE FROM lead_tags lt USING unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t(lead, grp, keep), tags g
           WHERE lt.lead_id = t.lead AND g.id = lt.tag_id AND g.group_id = t.grp AND lt.tag_id <> t.keep RETURNING lt.lead_id AS "leadId", lt.tag_id AS "tagId"`,
          [worn.map((put) => put.memberId), worn.map((put) => put.groupId), worn.map((put) => put.tagId)],
        )
  const put = await tx.query<{ leadId: string; tagId: string; by: string; rule: string | null }>(
    `INSERT INTO lead_tags (lead_id, tag_id, by, rule, at, playbook_version) SELECT lead, tag, by, rule, $5, $6 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS t(lead, tag, by, rule)
     ON CONFLICT (lead_id, tag_id) DO NOTHING RETURNING lead_id AS "leadId", tag_id AS "tagId", by, rule`,
    [
      puts.map((one) => one.row.leadId),
      puts.map((one) => one.tagId),
      puts.map((one) => one.row.by),
      puts.map((one) => one.row.rule ?? null),
      now,
      playbookVersion,
    ],
  )
  await record(tx, [
    ...put.map((one) => ({
      leadId: one.leadId,
      at: now,
      kind: 'tag',
      actor: one.by,
      key: `put\0${one.tagId}\0${now.toISOString()}`,
      data: { put: one.tagId, rule: one.rule, playbookVersion },
    })),
    ...gone.map((one) => ({
      leadId: one.leadId,
      at: now,
      kind: 'tag',
      key: `take\0${one.tagId}\0${now.toISOString()}`,
      data: { take: one.tagId, rule: 'exclusive', playbookVersion },
    })),
  ])
  const named = new Map(puts.map(({ row, tagId }) => [tagId, row]))
  await markTags(
    tx,
    house,
    put.flatMap(({ leadId, tagId, by }) => {
      const tag = named.get(tagId)
      return tag ? [{ leadId, group: tag.group, name: tag.name, by }] : []
    }),
  )
  await wishTags(
    tx,
    put.map((one) => one.leadId),
    now,
  )
}

/** Takes tags off leads, whichever of the leads that are one person wore them. */
export async function takeTags(tx: Transaction, house: House, rows: readonly TagChange[]): Promise<void> {
  if (rows.length === 0) return
  const { version: playbookVersion } = await house.playbook.current()
  const now = house.clock.now()
  const worn = await forFamilies(tx, rows, (row) => row.leadId)
  const gone = await tx.query<{ leadId: string; tagId: string; by: string; rule: string | null }>(
    `DELETE FROM lead_tags lt USING unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t(lead, grp, name, by, rule), tags g, tag_groups gg
     WHERE lt.lead_id = t.lead AND g.id = lt.tag_id AND g.name = t.name AND gg.id = g.group_id AND gg.name = t.grp
     RETURNING lt.lead_id AS "leadId", lt.tag_id AS "tagId", t.by, t.rule`,
    [
      worn.map((row) => row.memberId),
      worn.map((row) => row.group),
      worn.map((row) => row.name),
      worn.map((row) => row.by),
      worn.map((row) => row.rule ?? null),
    ],
  )
  await record(
    tx,
    gone.map((one) => ({
      leadId: one.leadId,
      at: now,
      kind: 'tag',
      actor: one.by,
      key: `take\0${one.tagId}\0${now.toISOString()}`,
      data: { take: one.tagId, rule: one.rule, playbookVersion },
    })),
  )
  await wishTags(
    tx,
    gone.map((one) => one.leadId),
    now,
  )
}

interface Defined {
  tagId: string
  groupId: string
  exclusive: boolean
}

async function defineTags(tx: Transaction, house: House, rows: readonly TagChange[]): Promise<Map<string, Defined>> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const typed = new Map(playbook.tagGroups.map((group) => [group.name, group]))
  const groups = [...new Set(rows.map((row) => row.group))].sort()
  const pairs = [...new Map(rows.map((row) => [`${row.group}\0${row.name}`, row])).values()].sort((a, b) =>
    `${a.group}\0${a.name}` < `${b.group}\0${b.name}` ? -1 : 1,
  )
  const read = () =>
    tx.query<{ group: string; name: string } & Defined>(
      `SELECT gg.name AS "group", g.name, g.id AS "tagId", gg.id AS "groupId", gg.exclusive FROM unnest($1::text[], $2::text[]) AS t(grp, name)
       JOIN tag_groups gg ON gg.name = t.grp JOIN tags g ON g.group_id = gg.id AND g.name = t.name`,
      [pairs.map((row) => row.group), pairs.map((row) => row.name)],
    )
  let found = await read()
  if (found.length < pairs.length) {
    await tx.query(
      `INSERT INTO tag_groups (id, name, kind, exclusive, created_at) SELECT *, $5 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[]) ON CONFLICT (name) DO NOTHING`,
      [
        groups.map(() => newId(house.clock)),
        groups,
        groups.map((name) => typed.get(name)?.kind ?? 'custom'),
        groups.map((name) => typed.get(name)?.exclusive ?? false),
        now,
      ],
    )
    await tx.query(
      `INSERT INTO tags (id, group_id, name, created_at) SELECT t.id, gg.id, t.name, $4 FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(id, grp, name) JOIN tag_groups gg ON gg.name = t.grp
       ON CONFLICT (group_id, name) DO NOTHING`,
      [pairs.map(() => newId(house.clock)), pairs.map((row) => row.group), pairs.map((row) => row.name), now],
    )
    found = await read()
  }
  return new Map(found.map((row) => [`${row.group}\0${row.name}`, row]))
}

/** The same rows for each of the leads that are one person. */
async function forFamilies<Row>(
  tx: Transaction,
  rows: readonly Row[],
  leadIdOf: (row: Row) => string,
): Promise<(Row & { memberId: string })[]> {
  if (rows.length === 0) return []
  const members = new Map<string, string[]>()
  for (const { root, id } of await familyOf(tx, rows.map(leadIdOf)))
    members.set(root, [...(members.get(root) ?? []), id])
  return rows.flatMap((row) => (members.get(leadIdOf(row)) ?? []).map((memberId) => ({ ...row, memberId })))
}

/** Marks the leads' live follow relations as having tags to bring to WeCom; the mirror coalesces and does it. */
async function wishTags(tx: Transaction, leadIds: readonly string[], at: Date): Promise<void> {
  if (leadIds.length === 0) return
  const live = await tx.query<{ id: string }>(
    `SELECT DISTINCT r.id FROM unnest($1::uuid[]) AS asked(id) JOIN leads l ON l.id = asked.id
       JOIN leads r ON r.id = CASE WHEN l.merged_into IS NULL THEN l.id ELSE lead_root(l.id) END WHERE r.automation`,
    [[...new Set(leadIds)]],
  )
  const members = await familyOf(
    tx,
    live.map(({ id }) => id),
  )
  await tx.query(
    "UPDATE follows f SET wish_at = coalesce(f.wish_at, $2) WHERE f.lead_id = ANY($1) AND f.state = 'full'",
    [members.map(({ id }) => id), at],
  )
}
