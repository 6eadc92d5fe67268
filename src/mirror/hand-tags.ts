import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { askStageByTag } from '../leads/move.ts'
import { type LeadFields, openLeads } from '../leads/open.ts'
import { putTags, takeTags } from '../leads/tags.ts'
import { tagWork } from './tag-definitions.ts'
import { wishStage } from './wishes.ts'
import { askWork, lastDone } from './work.ts'
import { rememberWorn } from './worn-tags.ts'

/** The tags one relation was seen wearing. */
export interface HandTags {
  userid: string
  externalUserId: string
  /** False: nobody knows what it wore before, so a stage tag on it asks for nothing. */
  known: boolean
  /** `type` 1: a corp tag; personal and strategy tags are not ours to know. */
  tags: readonly { tag_id?: string | null | undefined; type?: number | null | undefined }[]
}

interface KnownTag {
  wecomTagId: string
  group: string
  name: string
  stage: string | null
  stageGroup: boolean
}

/**
 * What a relation wears and did not wear when we last knew was put on by hand, and the other way round. Tags become tags of the
 * lead in the member's name; a stage tag asks for that stage. What the rules refuse, and any second stage tag, is repaired.
 */
export async function applyHandTags(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  seen: readonly HandTags[],
  seenAt: Date,
): Promise<void> {
  let stageTouched = false
  let asked = false
  for (const relation of seen) {
    const worn = relation.tags.flatMap((tag) => (tag.tag_id && (tag.type ?? 1) === 1 ? tag.tag_id : []))
    const base = await tx.query<{ id: string }>(
      'SELECT wecom_tag_id AS id FROM follow_tags WHERE external_userid = $1 AND userid = $2',
      [relation.externalUserId, relation.userid],
    )
    const before = new Set(base.map((row) => row.id))
    const putIds = worn.filter((id) => !before.has(id))
    const tookIds = [...before].filter((id) => !worn.includes(id))
    const known = await readTags(tx, [...putIds, ...tookIds])
    await lookAgainForUnknown(tx, house, relation, putIds, known, seenAt)
    const pick = (ids: readonly string[]) => ids.flatMap((id) => known.get(id) ?? [])
    const [put, took] = [pick(putIds), pick(tookIds)]
    await rememberWorn(tx, relation, { add: put.map((tag) => tag.wecomTagId), remove: tookIds })
    await tx.query('UPDATE follows SET tags_known = true WHERE external_userid = $1 AND userid = $2', [
      relation.externalUserId,
      relation.userid,
    ])
    const by = `wecom:${relation.userid}`
    const change = ({ group, name }: KnownTag) => ({ leadId: lead.id, group, name, by })
    const plain = (tag: KnownTag) => !tag.stageGroup
    await putTags(tx, house, put.filter(plain).map(change))
    await takeTags(tx, house, took.filter(plain).map(change))
    await feedProfile(tx, house, lead, put)
    stageTouched ||= [...put, ...took].some((tag) => tag.stageGroup) || !relation.known
    if (!relation.known || asked || !lead.automation) continue
    for (const { stage } of put) {
      if (stage === null || stage === lead.stage || asked) continue
      asked = await askStage(tx, house, { leadId: lead.id, stage, userid: relation.userid })
    }
  }
  if (stageTouched) {
    await wishStage(tx, [lead.id], house.clock.now())
    tx.afterCommit(() => house.wake.up('mark-tags'))
  }
}

async function readTags(tx: Transaction, ids: readonly string[]): Promise<Map<string, KnownTag>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query<KnownTag>(
    `SELECT g.wecom_tag_id AS "wecomTagId", gg.name AS "group", g.name, g.stage, gg.kind = 'stage' AS "stageGroup"
     FROM tags g JOIN tag_groups gg ON gg.id = g.group_id WHERE g.wecom_tag_id = ANY($1) ORDER BY g.wecom_tag_id`,
    [ids],
  )
  return new Map(rows.map((row) => [row.wecomTagId, row]))
}

/** A tag that was made since we read the list: read it, then look at the relation again. */
async function lookAgainForUnknown(
  tx: Transaction,
  house: House,
  { externalUserId, userid }: HandTags,
  ids: readonly string[],
  known: ReadonlyMap<string, KnownTag>,
  seenAt: Date,
): Promise<void> {
  if (ids.every((id) => known.has(id))) return
  const readAt = await lastDone(tx, tagWork)
  if (readAt && readAt >= seenAt) return
  const now = house.clock.now()
  await askWork(tx, [tagWork], now)
  await tx.query('UPDATE follows SET stale_since = $3 WHERE external_userid = $1 AND userid = $2', [
    externalUserId,
    userid,
    new Date(now.getTime() + 5_000),
  ])
  tx.afterCommit(() => house.wake.up('sync-tags'))
}

/** A tag of a group that says something about the person fills that field where it is empty. */
async function feedProfile(tx: Transaction, house: House, lead: LeadRow, put: readonly KnownTag[]): Promise<void> {
  const { playbook } = await house.playbook.current()
  const feeds = new Map(
    playbook.tagGroups.flatMap((group) => (group.feeds ? [[group.name, group.feeds] as const] : [])),
  )
  const fields: LeadFields = {}
  for (const { group, name } of put) {
    const field = feeds.get(group)
    if (field) fields[field] ??= name
  }
  if (Object.keys(fields).length === 0) return
  await openLeads(tx, house, [
    {
      identities: [],
      fields,
      source: null,
      at: house.clock.now(),
      by: 'wecom',
      key: `tags:${lead.id}`,
      leadId: lead.id,
    },
  ])
}

async function askStage(
  tx: Transaction,
  house: House,
  ask: { leadId: string; stage: string; userid: string },
): Promise<boolean> {
  try {
    return await askStageByTag(tx, house, ask)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    house.log.info({ leadId: ask.leadId, refused: error.id }, 'stage asked for by a tag is refused')
    return false
  }
}
