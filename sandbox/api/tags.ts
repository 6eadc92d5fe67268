import { WecomError } from '../errcodes.ts'
import { chars, needText, objects, text, texts, whole } from '../fields.ts'
import { needRelation } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { TagGroup } from '../world.ts'
import { alone } from './alone.ts'
import { type Apis, post } from './definition.ts'

/** 企业客户标签 (WeCom doc 92117, 92118). An app may change only what it made itself. */
export const tagApis: Apis = {
  'externalcontact/get_corp_tag_list': post(
    ({ body }, wecom) => {
      const groups = texts(body, 'group_id')
      const tags = new Set(texts(body, 'tag_id'))
      const all = wecom.world.tagGroups
      if (groups.length)
        return { tag_group: all.filter((group) => groups.includes(group.id)).map((group) => listedGroup(group)) }
      if (!tags.size) return { tag_group: all.map((group) => listedGroup(group)) }
      return {
        tag_group: all
          .filter((group) => group.tags.some((tag) => tags.has(tag.id)))
          .map((group) => listedGroup(group, tags)),
      }
    },
    { tag_group: [] },
  ),
  'externalcontact/add_corp_tag': post(({ body }, wecom) => {
    const wanted = objects(body, 'tag')
    const groupId = text(body, 'group_id')
    const groupName = text(body, 'group_name')
    if (!wanted.length) throw new WecomError(40063)
    if (!groupId && !groupName) throw new WecomError(40063)
    if (groupName && chars(groupName) > 30) throw new WecomError(40072)
    const held = wecom.world.tagGroups.find((group) => (groupId ? group.id === groupId : group.name === groupName))
    if (groupId && !held) throw new WecomError(40068)
    const names = wanted.map((tag) => needText(tag, 'name'))
    if (names.some((name) => chars(name) > 30)) throw new WecomError(40072)
    if (new Set(names).size < names.length || held?.tags.some((tag) => names.includes(tag.name)))
      throw new WecomError(40071)
    if (wecom.world.tagGroups.reduce((sum, group) => sum + group.tags.length, 0) + names.length > 10_000)
      throw new WecomError(40126)
    const madeBy = wecom.settings.agentId
    const group: TagGroup = held ?? {
      id: wecom.id('etQxAAAA', 26),
      name: groupName ?? '',
      createdAt: wecom.now(),
      order: whole(body, 'order') ?? 0,
      madeBy,
      tags: [],
    }
    if (!held) wecom.world.tagGroups.push(group)
    const added = wanted.map((tag) => ({
      id: wecom.id('etQxAAAA', 26),
      name: needText(tag, 'name'),
      createdAt: wecom.now(),
      order: whole(tag, 'order') ?? 0,
      madeBy,
    }))
    group.tags.push(...added)
    // An object here, an array in the list; and only the tags of this call.
    return { tag_group: { ...groupJson(group), tag: added.map(tagJson) } }
  }),
  'externalcontact/edit_corp_tag': post(({ body }, wecom) => {
    const id = needText(body, 'id')
    const name = text(body, 'name')
    const order = whole(body, 'order')
    if (name === undefined && order === undefined) throw new WecomError(40063)
    if (name !== undefined && (chars(name) < 1 || chars(name) > 30)) throw new WecomError(40072)
    const { group, tag } = own(wecom, id)
    const siblings = tag ? group.tags : wecom.world.tagGroups
    if (name !== undefined && siblings.some((other) => other.name === name && other.id !== id))
      throw new WecomError(40071)
    const target = tag ?? group
    if (name !== undefined) target.name = name
    if (order !== undefined) target.order = order
    return {}
  }),
  'externalcontact/del_corp_tag': post(({ body }, wecom) => {
    const tags = texts(body, 'tag_id')
    const groups = texts(body, 'group_id')
    if (!tags.length && !groups.length) throw new WecomError(40063)
    for (const id of [...tags, ...groups]) own(wecom, id)
    deleteTags(wecom, [...tags, ...groups])
    return {}
  }),
  'externalcontact/mark_tag': post(({ body }, wecom) => {
    const relation = needRelation(wecom, needText(body, 'userid', 40003), needText(body, 'external_userid', 40096))
    const add = texts(body, 'add_tag')
    const remove = texts(body, 'remove_tag')
    if (!add.length && !remove.length) throw new WecomError(40063)
    const known = new Set(wecom.world.tagGroups.flatMap((group) => group.tags.map((tag) => tag.id)))
    if ([...add, ...remove].some((id) => !known.has(id))) throw new WecomError(40068)
    const worn = new Set(relation.tagIds)
    for (const id of remove) worn.delete(id)
    for (const id of add) worn.add(id)
    if (worn.size > 3000) throw new WecomError(40144)
    return alone(wecom, `mark_tag|${relation.userid}|${relation.external_userid}`, () => {
      relation.tagIds = [...worn]
      return {}
    })
  }),
}

/** Takes tags and groups (by id) away, from whoever wears them too; a group without tags goes. */
export function deleteTags(wecom: Wecom, ids: readonly string[]) {
  const gone = new Set(ids)
  for (const group of wecom.world.tagGroups) {
    if (gone.has(group.id)) for (const tag of group.tags) gone.add(tag.id)
    group.tags = group.tags.filter((tag) => !gone.has(tag.id))
  }
  wecom.world.tagGroups = wecom.world.tagGroups.filter((group) => !gone.has(group.id) && group.tags.length > 0)
  for (const relation of wecom.world.relations) relation.tagIds = relation.tagIds.filter((id) => !gone.has(id))
}

function own(wecom: Wecom, id: string) {
  for (const group of wecom.world.tagGroups) {
    const tag = group.tags.find((item) => item.id === id)
    if (!tag && group.id !== id) continue
    if ((tag ?? group).madeBy !== wecom.settings.agentId) throw new WecomError(81011)
    return { group, tag }
  }
  throw new WecomError(40068)
}

const tagJson = (tag: TagGroup['tags'][number]) => ({
  id: tag.id,
  name: tag.name,
  create_time: Math.floor(tag.createdAt / 1000),
  order: tag.order,
})

/** As the list shows it: with `deleted`, which an app never sees true without asking for a deleted one by id. */
function listedGroup(group: TagGroup, only?: Set<string>) {
  const { tag, ...rest } = groupJson(group, only)
  return { ...rest, deleted: false, tag: tag.map((item) => ({ ...item, deleted: false })) }
}

function groupJson(group: TagGroup, only?: Set<string>) {
  return {
    group_id: group.id,
    group_name: group.name,
    create_time: Math.floor(group.createdAt / 1000),
    order: group.order,
    tag: group.tags.filter((tag) => !only || only.has(tag.id)).map(tagJson),
  }
}
