import { z } from 'zod'
import { api, list, nothing, number } from './api.ts'
import type { Wecom } from './client.ts'

const tagGroup = z.looseObject({
  group_id: z.string(),
  group_name: z.string(),
  create_time: number.nullish(),
  order: number.nullish(),
  deleted: z.boolean().nullish(),
  tag: list(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      create_time: number.nullish(),
      order: number.nullish(),
      deleted: z.boolean().nullish(),
    }),
  ),
})
export type CorpTagGroup = z.output<typeof tagGroup>

const corpTagList = api({
  path: 'externalcontact/get_corp_tag_list',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ tag_group: list(tagGroup) }),
})

/** Corp tag groups with their tags; all of them without a filter. https://developer.work.weixin.qq.com/document/path/92117 */
export async function listCorpTags(
  wecom: Wecom,
  filter: { tag_id?: string[]; group_id?: string[] } = {},
): Promise<CorpTagGroup[]> {
  return (await wecom.call(corpTagList, { body: filter })).tag_group
}

// A same-named group is reused and a same-named tag refused (40071), so a repetition makes nothing twice.
const addCorpTag = api({
  path: 'externalcontact/add_corp_tag',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ tag_group: tagGroup }),
})

/**
 * Adds tags to a group of this id or, made if need be, of this name. Names ≤ 30 characters. The answer holds the group and
 * the tags made by this call. https://developer.work.weixin.qq.com/document/path/92117
 */
export async function addCorpTags(
  wecom: Wecom,
  request: { group_id?: string; group_name?: string; order?: number; tag: { name: string; order?: number }[] },
): Promise<CorpTagGroup> {
  return (await wecom.call(addCorpTag, { body: request })).tag_group
}

const edit = api({ path: 'externalcontact/edit_corp_tag', method: 'POST', repeatable: true, answer: nothing })

/** Renames or reorders a tag or group that this app made. https://developer.work.weixin.qq.com/document/path/92117 */
export async function editCorpTag(wecom: Wecom, request: { id: string; name?: string; order?: number }): Promise<void> {
  await wecom.call(edit, { body: request })
}

const remove = api({ path: 'externalcontact/del_corp_tag', method: 'POST', repeatable: true, answer: nothing })

/** Deletes tags or groups that this app made. https://developer.work.weixin.qq.com/document/path/92117 */
export async function deleteCorpTags(wecom: Wecom, request: { tag_id?: string[]; group_id?: string[] }): Promise<void> {
  await wecom.call(remove, { body: request })
}

const mark = api({
  path: 'externalcontact/mark_tag',
  method: 'POST',
  repeatable: true,
  // Above about five at once WeCom answers 45033.
  parallel: 5,
  answer: nothing,
})

/**
 * Puts corp tags on one customer of one member and takes others off; nothing to do is no call.
 * GiveUp `wecom_84061`: no relation any more; `wecom_40068`: unknown tag. https://developer.work.weixin.qq.com/document/path/92118
 */
export async function markTags(
  wecom: Wecom,
  request: { userid: string; external_userid: string; add_tag?: string[]; remove_tag?: string[] },
): Promise<void> {
  if (!request.add_tag?.length && !request.remove_tag?.length) return
  await wecom.call(mark, { body: request })
}
