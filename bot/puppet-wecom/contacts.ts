import { type payloads, types } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'
import { putTags, takeTags } from '../../src/leads/tags.ts'
import { remarkContact } from '../../src/wecom/contacts.ts'

/** Who speaks for the house. */
export const selfId = 'bowtie'

interface Row {
  /** `stranger`: only seen in a group. */
  kind: 'customer' | 'staff' | 'account' | 'stranger' | 'self'
  id: string
  name: string
  company: string | null
  title: string | null
  remark: string | null
  friend: boolean
}

/** A customer by external_userid, a member by userid, a 客服 account by open_kfid, somebody seen in a group, or ourselves. @throws Error for anybody else */
export async function readContact(house: House, id: string): Promise<Row> {
  if (id === selfId) {
    const { playbook } = await house.playbook.current()
    return {
      kind: 'self',
      id,
      name: playbook.company.short,
      company: playbook.company.name,
      title: null,
      remark: null,
      friend: false,
    }
  }
  const [row] = await house.db.query<Row>(
    `SELECT 'customer' AS kind, i.key AS id, l.name, l.company, l.title, f.remark, f.userid IS NOT NULL AS friend
     FROM identities i JOIN leads l ON l.id = lead_root(i.lead_id)
     LEFT JOIN LATERAL (SELECT userid, remark FROM follows WHERE external_userid = i.key AND state = 'full' ORDER BY started_at DESC LIMIT 1) f ON true
     WHERE i.kind = 'externalUserId' AND i.key = $1
     UNION ALL SELECT 'staff', userid, coalesce(nullif(name, ''), userid), NULL, NULL, NULL, true FROM staff WHERE lower(userid) = lower($1)
     UNION ALL SELECT 'account', open_kfid, name, NULL, NULL, NULL, true FROM kf_accounts WHERE open_kfid = $1
     UNION ALL SELECT 'stranger', member, '', NULL, NULL, NULL, false FROM group_members WHERE member = $1 AND NOT is_staff LIMIT 1`,
    [id],
  )
  if (!row) throw new Error(`没有这位联系人：${id}`)
  return row
}

export const contactPayload = ({ kind, id, name, company, title, remark, friend }: Row): payloads.Contact => ({
  id,
  name: name || '未留姓名',
  type: kind === 'account' || kind === 'self' ? types.Contact.Corporation : types.Contact.Individual,
  gender: types.ContactGender.Unknown,
  avatar: '',
  phone: [],
  friend,
  coworker: kind === 'staff',
  ...(remark ? { alias: remark } : {}),
  ...(company ? { corporation: company } : {}),
  ...(title ? { title } : {}),
})

/** Customers who are somebody's friend now, the latest first, then members: as many as somebody would want to page through. */
export async function listContacts(house: House): Promise<string[]> {
  const rows = await house.db.query<{ id: string }>(
    `(SELECT external_userid AS id FROM follows WHERE state = 'full' GROUP BY external_userid ORDER BY max(started_at) DESC LIMIT 1000)
     UNION ALL (SELECT userid FROM staff WHERE active AND in_scope ORDER BY lower(userid) LIMIT 1000)`,
  )
  return rows.map(({ id }) => id)
}

/** Customers among those known here whose lead changed since then. */
export async function changedSince(house: House, ids: readonly string[], since: Date): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await house.db.query<{ id: string }>(
    `SELECT i.key AS id FROM identities i JOIN leads l ON l.id = lead_root(i.lead_id)
     WHERE i.kind = 'externalUserId' AND i.key = ANY($1) AND l.updated_at > $2`,
    [ids, since],
  )
  return rows.map(({ id }) => id)
}

export interface Remark {
  remark?: string
  description?: string
  remark_company?: string
  remark_mobiles?: string[]
}

/** Writes what WeCom lets a member note about his customer, in the name of whoever became his friend last. @throws Error, GiveUp, RetryLater */
export async function writeRemark(house: House, externalUserId: string, remark: Remark): Promise<void> {
  const [follow] = await house.db.query<{ userid: string }>(
    "SELECT userid FROM follows WHERE external_userid = $1 AND state = 'full' ORDER BY started_at DESC LIMIT 1",
    [externalUserId],
  )
  if (!follow) throw new Error('他现在不是任何一位同事的好友，企业微信不让写备注')
  await remarkContact(house.wecom, { userid: follow.userid, external_userid: externalUserId, ...remark })
}

/** A tag's id is its group and its name with a slash between. */
export const tagId = (group: string, name: string): string => `${group}/${name}`

/** @throws Error when the id is none or the contact nobody's lead */
export async function changeTag(house: House, id: string, externalUserId: string, how: 'put' | 'take'): Promise<void> {
  const [, group, name] = /^([^/]+)\/(.+)$/.exec(id) ?? []
  if (!group || !name) throw new Error(`标签写成「组/名」：${id}`)
  const { playbook } = await house.playbook.current()
  if (group === playbook.stageTagGroup) throw new Error(`「${group}」跟着阶段走，不能直接改`)
  const [lead] = await house.db.query<{ id: string }>(
    "SELECT lead_root(lead_id) AS id FROM identities WHERE kind = 'externalUserId' AND key = $1",
    [externalUserId],
  )
  if (!lead) throw new Error(`没有这位客户：${externalUserId}`)
  const change = [{ leadId: lead.id, group, name, by: 'bot' }]
  await house.db.transaction((tx) => (how === 'put' ? putTags : takeTags)(tx, house, change))
}

/** @param externalUserId absent: every tag there is */
export async function listTags(house: House, externalUserId?: string): Promise<string[]> {
  const rows = await house.db.query<{ group: string; name: string }>(
    externalUserId === undefined
      ? `SELECT gg.name AS "group", t.name FROM tags t JOIN tag_groups gg ON gg.id = t.group_id WHERE t.deleted_at IS NULL ORDER BY 1, 2`
      : `SELECT DISTINCT gg.name AS "group", t.name FROM identities i JOIN lead_tags lt ON lt.lead_id IN (SELECT lead_family(lead_root(i.lead_id)))
         JOIN tags t ON t.id = lt.tag_id JOIN tag_groups gg ON gg.id = t.group_id WHERE i.kind = 'externalUserId' AND i.key = $1 ORDER BY 1, 2`,
    externalUserId === undefined ? [] : [externalUserId],
  )
  return rows.map(({ group, name }) => tagId(group, name))
}
