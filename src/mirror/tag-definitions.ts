import type { Sql, Transaction } from '../db.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { Playbook } from '../playbook/schema.ts'
import { isErrcode } from '../wecom/failure.ts'
import { addCorpTags, type CorpTagGroup, editCorpTag, listCorpTags } from '../wecom/tags.ts'
import { askWork, type Claim } from './work.ts'

export const tagWork = 'tag-definitions'
const chunk = 100
const raceMs = 60_000

/** Corp tags were made, renamed, moved or deleted by somebody; the list is read again. */
export async function markTagDefinitions(tx: Transaction, house: House): Promise<void> {
  await askWork(tx, [tagWork], house.clock.now())
  tx.afterCommit(() => house.wake.up('sync-tags'))
}

/** The tag a stage wears in WeCom. */
export function stageTagName(playbook: Playbook, stage: string): string {
  const { name, tag } = playbook.stages[stage] ?? { name: '' }
  return tag ?? [...`${stage} · ${name}`].slice(0, 30).join('')
}

/**
 * Brings tag groups and tags of WeCom and ours together: what stands there is taken over, by id and else by name; what the
 * playbook names and what was put on leads is made there. Groups and tags made by others are never changed.
 */
export async function syncTagDefinitions(house: House, claim: Claim): Promise<void> {
  const { playbook } = await house.playbook.current()
  const groups = await listCorpTags(house.wecom)
  await house.db.transaction(async (tx) => {
    await adoptGroups(tx, house, playbook, groups)
    await adoptTags(tx, house, playbook, groups)
  })
  await wantTags(house, playbook)
  for (const group of await missingTags(house.db)) {
    await claim.extend()
    await makeTags(house, group)
  }
  await nameStageTags(house, playbook, groups)
  house.wake.up('mark-tags')
}

/** Groups of WeCom find theirs by id, else by name. What is gone there is gone here. */
async function adoptGroups(
  tx: Transaction,
  house: House,
  playbook: Playbook,
  groups: readonly CorpTagGroup[],
): Promise<void> {
  const live = groups.filter((group) => !group.deleted)
  const now = house.clock.now()
  const typed = new Map(playbook.tagGroups.map((group) => [group.name, group]))
  const ids = live.map((group) => group.group_id)
  const names = live.map((group) => group.group_name)
  await tx.query(
    `UPDATE tag_groups SET wecom_group_id = NULL, deleted_at = $2 WHERE wecom_group_id IS NOT NULL AND NOT wecom_group_id = ANY($1)`,
    [ids, now],
  )
  // A group of another name with this id was renamed there; where the new name is taken here, the two are one from now on.
  await tx.query(
    `UPDATE tag_groups g SET wecom_group_id = NULL FROM unnest($1::text[], $2::text[]) AS t(id, name)
     WHERE g.wecom_group_id = t.id AND g.name <> t.name AND EXISTS (SELECT 1 FROM tag_groups o WHERE o.name = t.name)`,
    [ids, names],
  )
  await tx.query(
    `UPDATE tag_groups g SET name = t.name FROM unnest($1::text[], $2::text[]) AS t(id, name) WHERE g.wecom_group_id = t.id AND g.name <> t.name`,
    [ids, names],
  )
  await tx.query(
    `INSERT INTO tag_groups AS g (id, name, kind, exclusive, wecom_group_id, created_at)
     SELECT DISTINCT ON (name) id, name, kind, exclusive, wecom, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[]) AS t(id, name, kind, exclusive, wecom)
     ON CONFLICT (name) DO UPDATE SET wecom_group_id = excluded.wecom_group_id, deleted_at = NULL,
       kind = CASE WHEN excluded.kind = 'custom' THEN g.kind ELSE excluded.kind END, exclusive = CASE WHEN excluded.kind = 'custom' THEN g.exclusive ELSE excluded.exclusive END`,
    [
      live.map(() => newId(house.clock)),
      names,
      live.map((group) =>
        group.group_name === playbook.stageTagGroup ? 'stage' : (typed.get(group.group_name)?.kind ?? 'custom'),
      ),
      live.map(
        (group) => group.group_name === playbook.stageTagGroup || (typed.get(group.group_name)?.exclusive ?? false),
      ),
      ids,
      now,
    ],
  )
}

/** Tags likewise. Relations that wore a deleted tag do not wear it any more; nobody took it off by hand. */
async function adoptTags(
  tx: Transaction,
  house: House,
  playbook: Playbook,
  groups: readonly CorpTagGroup[],
): Promise<void> {
  const now = house.clock.now()
  const live = groups
    .filter((group) => !group.deleted)
    .flatMap((group) => group.tag.filter((tag) => !tag.deleted).map((tag) => ({ ...tag, group })))
  const ids = live.map((tag) => tag.id)
  const gone = await tx.query<{ wecomTagId: string; stage: string | null }>(
    `WITH gone AS (SELECT id, wecom_tag_id, stage FROM tags WHERE wecom_tag_id IS NOT NULL AND NOT wecom_tag_id = ANY($1)), cleared AS (
       UPDATE tags SET wecom_tag_id = NULL, deleted_at = CASE WHEN tags.stage IS NULL THEN $2::timestamptz END FROM gone WHERE tags.id = gone.id)
     SELECT wecom_tag_id AS "wecomTagId", stage FROM gone`,
    [ids, now],
  )
  await tx.query('DELETE FROM follow_tags WHERE wecom_tag_id = ANY($1)', [gone.map((tag) => tag.wecomTagId)])
  const stages = gone.flatMap((tag) => tag.stage ?? [])
  if (stages.length > 0)
    await tx.query(
      `UPDATE follows f SET stage_worn = NULL, wish_at = coalesce(f.wish_at, $2) FROM leads l
       WHERE f.stage_worn = ANY($1) AND f.state = 'full' AND l.id = f.lead_id AND l.automation`,
      [stages, now],
    )
  const values = [
    live.map(() => newId(house.clock)),
    live.map((tag) => tag.group.group_id),
    live.map((tag) => tag.name),
    ids,
    live.map((tag) => (tag.group.group_name === playbook.stageTagGroup ? stageOf(playbook, tag.name) : null)),
  ]
  await tx.query(
    `UPDATE tags g SET wecom_tag_id = NULL FROM unnest($1::text[], $2::text[], $3::text[]) AS t(wecom, grp, name), tag_groups gg
     WHERE g.wecom_tag_id = t.wecom AND gg.wecom_group_id = t.grp AND (g.name <> t.name OR g.group_id <> gg.id)
       AND EXISTS (SELECT 1 FROM tags o WHERE o.group_id = gg.id AND o.name = t.name)`,
    [ids, values[1], values[2]],
  )
  await tx.query(
    `UPDATE tags g SET name = t.name, group_id = gg.id FROM unnest($1::text[], $2::text[], $3::text[]) AS t(wecom, grp, name), tag_groups gg
     WHERE g.wecom_tag_id = t.wecom AND gg.wecom_group_id = t.grp AND (g.name <> t.name OR g.group_id <> gg.id)`,
    [ids, values[1], values[2]],
  )
  await tx.query(
    `INSERT INTO tags AS g (id, group_id, name, wecom_tag_id, stage, created_at)
     SELECT DISTINCT ON (gg.id, t.name) t.id, gg.id, t.name, t.wecom, t.stage, $6
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t(id, grp, name, wecom, stage) JOIN tag_groups gg ON gg.wecom_group_id = t.grp
     ON CONFLICT (group_id, name) DO UPDATE SET wecom_tag_id = excluded.wecom_tag_id, deleted_at = NULL, stage = coalesce(g.stage, excluded.stage)`,
    [...values, now],
  )
}

/** The stage a tag of the stage group stands for: its name is the stage's tag, or holds its id as a word of its own. */
export function stageOf(playbook: Playbook, tagName: string): string | null {
  const stages = Object.keys(playbook.stages)
  const exact = stages.find((stage) => stageTagName(playbook, stage) === tagName)
  if (exact) return exact
  const words = new Set(tagName.split(/[^A-Za-z0-9_]+/).map((word) => word.toUpperCase()))
  const held = stages.filter((stage) => words.has(stage))
  return held.length === 1 ? (held[0] ?? null) : null
}

/** The playbook's groups and tags exist here, whether WeCom has them yet or not. A stage has one tag. */
async function wantTags(house: House, playbook: Playbook): Promise<void> {
  const groups = [
    { name: playbook.stageTagGroup, kind: 'stage', exclusive: true },
    ...playbook.tagGroups.filter((group) => group.name !== playbook.stageTagGroup),
  ]
  const now = house.clock.now()
  await house.db.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO tag_groups (id, name, kind, exclusive, created_at) SELECT *, $5 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[])
       ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, exclusive = excluded.exclusive`,
      [
        groups.map(() => newId(house.clock)),
        groups.map((group) => group.name),
        groups.map((group) => group.kind),
        groups.map((group) => group.exclusive),
        now,
      ],
    )
    const stages = Object.keys(playbook.stages)
    await tx.query(
      `INSERT INTO tags AS g (id, group_id, name, stage, created_at)
       SELECT t.id, gg.id, t.name, t.stage, $5 FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(id, name, stage) JOIN tag_groups gg ON gg.name = $4
       WHERE NOT EXISTS (SELECT 1 FROM tags o WHERE o.group_id = gg.id AND o.stage = t.stage)
       ON CONFLICT (group_id, name) DO UPDATE SET stage = excluded.stage`,
      [
        stages.map(() => newId(house.clock)),
        stages.map((stage) => stageTagName(playbook, stage)),
        stages,
        playbook.stageTagGroup,
        now,
      ],
    )
    const tags = playbook.tagGroups.flatMap((group) => group.tags.map((name) => ({ group: group.name, name })))
    await tx.query(
      `INSERT INTO tags (id, group_id, name, created_at) SELECT t.id, gg.id, t.name, $4
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(id, grp, name) JOIN tag_groups gg ON gg.name = t.grp WHERE gg.kind <> 'stage' ON CONFLICT (group_id, name) DO NOTHING`,
      [tags.map(() => newId(house.clock)), tags.map((tag) => tag.group), tags.map((tag) => tag.name), now],
    )
    // A deleted tag that was put on somebody since then is wanted again.
    await tx.query(
      `UPDATE tags g SET deleted_at = NULL WHERE deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM lead_tags lt WHERE lt.tag_id = g.id AND lt.at > g.deleted_at)`,
    )
  })
}

interface MissingTags {
  id: string
  name: string
  wecomGroupId: string | null
  tags: { id: string; name: string; order: number }[]
}

/** Tags WeCom does not have yet, by group, 100 at most each. WeCom takes names of up to 30 characters. */
async function missingTags(sql: Sql): Promise<MissingTags[]> {
  return sql.query<MissingTags>(
    `SELECT gg.id, gg.name, gg.wecom_group_id AS "wecomGroupId",
       jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'order', 10000 - t.n) ORDER BY t.n) AS tags
     FROM tag_groups gg JOIN (
       SELECT id, group_id, name, row_number() OVER (PARTITION BY group_id ORDER BY created_at, id) AS n FROM tags
       WHERE wecom_tag_id IS NULL AND deleted_at IS NULL AND char_length(name) <= 30) t ON t.group_id = gg.id
     WHERE t.n <= $1 AND char_length(gg.name) <= 30 GROUP BY gg.id ORDER BY gg.name`,
    [chunk],
  )
}

/** What WeCom refuses for one group does not keep the others from being made. */
async function makeTags(house: House, group: MissingTags): Promise<void> {
  try {
    const made = await addCorpTags(house.wecom, {
      ...(group.wecomGroupId ? { group_id: group.wecomGroupId } : { group_name: group.name }),
      tag: group.tags.map((tag) => ({ name: tag.name, order: tag.order })),
    })
    await keepMade(house.db, group, made)
    if (group.tags.length === chunk) await askWork(house.db, [tagWork], house.clock.now())
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error
    house.log.warn({ tagGroupId: group.id, reason: error.reason, hint: error.message }, 'WeCom refuses new tags')
    // 40071: somebody made the same tag since the list was read; it is adopted when the list is read again.
    if (isErrcode(error, 40071)) await askWork(house.db, [tagWork], new Date(house.clock.now().getTime() + raceMs))
  }
}

async function keepMade(sql: Sql, group: MissingTags, made: CorpTagGroup): Promise<void> {
  await sql.query(
    `UPDATE tag_groups SET wecom_group_id = $2, deleted_at = NULL, ours = ours OR wecom_group_id IS NULL WHERE id = $1`,
    [group.id, made.group_id],
  )
  await sql.query(
    `UPDATE tags g SET wecom_tag_id = t.wecom, ours = true FROM unnest($2::text[], $3::text[]) AS t(name, wecom) WHERE g.group_id = $1 AND g.name = t.name`,
    [group.id, made.tag.map((tag) => tag.name), made.tag.map((tag) => tag.id)],
  )
}

/** A stage tag of ours that somebody renamed so that it no longer says its stage gets its name back. */
async function nameStageTags(house: House, playbook: Playbook, groups: readonly CorpTagGroup[]): Promise<void> {
  const shown = new Map(groups.flatMap((group) => group.tag.map((tag) => [tag.id, tag.name] as const)))
  const tags = await house.db.query<{ wecomTagId: string; stage: string }>(
    `SELECT wecom_tag_id AS "wecomTagId", stage FROM tags WHERE stage IS NOT NULL AND ours AND wecom_tag_id IS NOT NULL`,
  )
  for (const { wecomTagId, stage } of tags) {
    const name = shown.get(wecomTagId)
    if (name === undefined || name.includes(stage) || !playbook.stages[stage]) continue
    await editCorpTag(house.wecom, { id: wecomTagId, name: stageTagName(playbook, stage) })
    await house.db.query('UPDATE tags SET name = $2 WHERE wecom_tag_id = $1', [
      wecomTagId,
      stageTagName(playbook, stage),
    ])
  }
}
