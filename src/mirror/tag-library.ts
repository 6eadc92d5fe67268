import type { Sql, Transaction } from '../db.ts'
import { GiveUp, Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import type { Playbook } from '../playbook/schema.ts'
import { editCorpTag } from '../wecom/tags.ts'
import { markTagDefinitions, tagWork } from './tag-definitions.ts'
import { lastDone } from './work.ts'

/** How far a tag or a group is in WeCom: there, on its way, or deleted there. */
export type TagSync = 'there' | 'coming' | 'gone' | 'too-long'

export interface LibraryTag {
  id: string
  name: string
  stage: string | null
  /** Made by this app, which alone may rename it. */
  ours: boolean
  sync: TagSync
  /** At most `mostCounted`. */
  leads: number
}

export interface LibraryGroup {
  id: string
  name: string
  kind: string
  exclusive: boolean
  ours: boolean
  sync: TagSync
  tags: LibraryTag[]
}

export const mostCounted = 10_000
/** WeCom's own limit of a name. */
const longestName = 30

const syncOf = (alias: string, id: string): string =>
  `CASE WHEN ${alias}.deleted_at IS NOT NULL THEN 'gone' WHEN ${alias}.${id} IS NOT NULL THEN 'there'
     WHEN char_length(${alias}.name) > ${longestName} THEN 'too-long' ELSE 'coming' END`

/** Every group with its tags, how many wear each, and how far they are in WeCom. */
export async function readTagLibrary(sql: Sql): Promise<{ groups: LibraryGroup[]; syncedAt: Date | null }> {
  const groups = await sql.query<Omit<LibraryGroup, 'tags'>>(
    `SELECT g.id, g.name, g.kind, g.exclusive, g.ours, ${syncOf('g', 'wecom_group_id')} AS sync FROM tag_groups g
     WHERE g.deleted_at IS NULL OR EXISTS (SELECT 1 FROM tags t JOIN lead_tags lt ON lt.tag_id = t.id WHERE t.group_id = g.id)
     ORDER BY g.kind = 'stage' DESC, g.kind = 'custom', g.created_at, g.id`,
  )
  const tags = await sql.query<LibraryTag & { groupId: string }>(
    `SELECT t.id, t.group_id AS "groupId", t.name, t.stage, t.ours, ${syncOf('t', 'wecom_tag_id')} AS sync, worn.leads
     FROM tags t CROSS JOIN LATERAL (SELECT count(*)::int AS leads FROM ((SELECT 1 FROM lead_tags lt WHERE lt.tag_id = t.id AND t.stage IS NULL LIMIT ${mostCounted})
         UNION ALL (SELECT 1 FROM leads l WHERE l.stage = t.stage AND l.merged_into IS NULL LIMIT ${mostCounted})) w) worn
     WHERE t.deleted_at IS NULL OR worn.leads > 0 ORDER BY t.created_at, t.id`,
  )
  const byGroup = new Map<string, LibraryTag[]>()
  for (const { groupId, ...tag } of tags) byGroup.set(groupId, [...(byGroup.get(groupId) ?? []), tag])
  return {
    groups: groups.map((group) => ({ ...group, tags: byGroup.get(group.id) ?? [] })),
    syncedAt: await lastDone(sql, tagWork),
  }
}

/** Where a tag's name stands written: what puts it on by itself, or asks for it. */
export interface TagUse {
  kind: 'code' | 'journey' | 'segment' | 'rule'
  id: string
  name: string
}

export interface TagStory {
  id: string
  group: string
  name: string
  uses: TagUse[]
  /** Who or what put it on, of the latest two thousand; the most first. */
  by: { by: string; rule: string | null; leads: number }[]
}

/** What puts a tag on, and who did. @throws Refused 404 */
export async function readTagStory(house: Pick<House, 'db' | 'playbook'>, id: string): Promise<TagStory> {
  const tag = await findTag(house.db, id)
  const by = await house.db.query<TagStory['by'][number]>(
    `SELECT CASE WHEN rule IS NULL THEN by ELSE '' END AS by, rule, count(*)::int AS leads
     FROM (SELECT by, rule FROM lead_tags WHERE tag_id = $1 LIMIT 2000) l GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 12`,
    [id],
  )
  return { id, group: tag.group, name: tag.name, uses: await usesOf(house, tag), by }
}

/** A new tag, in a group that is there or begins with it. WeCom gets it with the next synchronisation, which is asked for. */
export async function addTag(
  tx: Transaction,
  house: House,
  { group, name }: { group: string; name: string },
): Promise<string> {
  const now = house.clock.now()
  const [held] = await tx.query<{ id: string; kind: string }>(
    `INSERT INTO tag_groups AS g (id, name, kind, created_at) VALUES ($1, $2, 'custom', $3)
     ON CONFLICT (name) DO UPDATE SET deleted_at = NULL RETURNING id, kind`,
    [newId(house.clock), group, now],
  )
  if (held?.kind === 'stage') throw stageTag()
  const [made] = await tx.query<{ id: string }>(
    `INSERT INTO tags AS t (id, group_id, name, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (group_id, name) DO UPDATE SET deleted_at = NULL WHERE t.deleted_at IS NOT NULL RETURNING id`,
    [newId(house.clock), held?.id, name, now],
  )
  if (!made) throw tagExists(name)
  await markTagDefinitions(tx, house)
  return made.id
}

/**
 * Gives a tag another name, in WeCom first: should the process die before it stands here, the next synchronisation takes it over.
 * @throws Refused 404, 409 stage_tag | tag_exists | tag_in_use | not_ours | wecom_…
 */
export async function renameTag(house: House, id: string, name: string): Promise<void> {
  const tag = await findTag(house.db, id)
  if (tag.name === name) return
  if (tag.kind === 'stage') throw stageTag()
  const [twin] = await house.db.query('SELECT 1 FROM tags WHERE group_id = $1 AND name = $2', [tag.groupId, name])
  if (twin) throw tagExists(name)
  refuseInUse(await usesOf(house, tag))
  await renameInWecom(house, { id: tag.wecomId, ours: tag.ours, name })
  await house.db.query('UPDATE tags SET name = $2 WHERE id = $1', [id, name])
}

/** Likewise of a group. @throws as `renameTag` */
export async function renameTagGroup(house: House, id: string, name: string): Promise<void> {
  const [group] = await house.db.query<{ name: string; kind: string; ours: boolean; wecomId: string | null }>(
    'SELECT name, kind, ours, wecom_group_id AS "wecomId" FROM tag_groups WHERE id = $1',
    [id],
  )
  if (!group) throw new Refused(404, 'tag_unknown', '没有这个标签组')
  if (group.name === name) return
  if (group.kind === 'stage') throw stageTag()
  const [twin] = await house.db.query('SELECT 1 FROM tag_groups WHERE name = $1', [name])
  if (twin) throw tagExists(name)
  refuseInUse(await usesOf(house, { group: group.name, name: null }))
  await renameInWecom(house, { id: group.wecomId, ours: group.ours, name })
  await house.db.query('UPDATE tag_groups SET name = $2 WHERE id = $1', [id, name])
}

async function renameInWecom(
  house: House,
  { id, ours, name }: { id: string | null; ours: boolean; name: string },
): Promise<void> {
  if (id === null) return
  if (!ours)
    throw new Refused(
      409,
      'not_ours',
      '这是在企业微信里建的，应用不能替它改名。请到管理后台「客户联系 → 企业客户标签」里改，这里会跟着变',
    )
  try {
    await editCorpTag(house.wecom, { id, name })
  } catch (error) {
    if (error instanceof GiveUp) throw new Refused(409, error.reason, error.message)
    throw error
  }
}

interface FoundTag {
  groupId: string
  group: string
  kind: string
  name: string
  ours: boolean
  wecomId: string | null
}

async function findTag(sql: Sql, id: string): Promise<FoundTag> {
  const [tag] = await sql.query<FoundTag>(
    `SELECT g.id AS "groupId", g.name AS "group", g.kind, t.name, t.ours, t.wecom_tag_id AS "wecomId"
     FROM tags t JOIN tag_groups g ON g.id = t.group_id WHERE t.id = $1`,
    [id],
  )
  if (!tag) throw new Refused(404, 'tag_unknown', '没有这个标签')
  return tag
}

/** What names a tag, or with `name` null a group: codes, journeys and segments in force, and the rules. */
async function usesOf(
  house: Pick<House, 'db' | 'playbook'>,
  { group, name }: { group: string; name: string | null },
): Promise<TagUse[]> {
  const { playbook } = await house.playbook.current()
  const vars = JSON.stringify({ group, ...(name === null ? {} : { name }) })
  const named = `$.** ? (@.group == $group${name === null ? '' : ' && (@.name == $name || @.name[*] == $name)'})`
  const written = await house.db.query<TagUse>(
    `SELECT 'code' AS kind, id::text, name FROM live_codes WHERE archived_at IS NULL AND jsonb_path_exists(tags::jsonb, $1::jsonpath, $2::jsonb)
     UNION ALL SELECT 'journey', id, name FROM journeys WHERE current AND jsonb_path_exists(body::jsonb, $1::jsonpath, $2::jsonb)
     UNION ALL SELECT 'segment', id::text, name FROM segments WHERE jsonb_path_exists(condition::jsonb, $1::jsonpath, $2::jsonb)
     ORDER BY 1, 3 LIMIT 50`,
    [named, vars],
  )
  const known = playbook.tagGroups.find((one) => one.name === group)
  const rules: TagUse[] = [
    ...(known && (name === null || known.tags.includes(name)) ? ['tagGroups'] : []),
    ...Object.keys(playbook).filter((part) => names(playbook[part as keyof Playbook], group, name)),
    ...(playbook.pages.tags.some((one) => one.group === group) ? ['pages'] : []),
  ].map((part) => ({ kind: 'rule', id: part, name: name ?? group }))
  return [...written, ...rules]
}

/** Whether something of the rules names the tag, or with `name` null a tag of the group. */
function names(value: unknown, group: string, name: string | null): boolean {
  if (typeof value !== 'object' || value === null) return false
  const named = value as { group?: unknown; name?: unknown }
  if (named.group === group && typeof named.name === 'string' && (name === null || named.name === name)) return true
  return Object.values(value).some((inner) => names(inner, group, name))
}

function refuseInUse(uses: readonly TagUse[]): void {
  const [first] = uses
  if (!first) return
  const where = [...new Set(uses.map(({ kind, name }) => `${useNames[kind]}「${name}」`))].slice(0, 5).join('、')
  throw new Refused(409, 'tag_in_use', `${where}里写着现在的名字，改了它们就对不上了。请先在那里换掉`, uses)
}

const useNames: Record<TagUse['kind'], string> = { code: '活码', journey: '旅程', segment: '人群', rule: '业务规则' }

const stageTag = () => new Refused(409, 'stage_tag', '阶段的标签由业务规则里的阶段决定，请在「规则 → 阶段」里改')
const tagExists = (name: string) => new Refused(409, 'tag_exists', `已经有「${name}」了`)
