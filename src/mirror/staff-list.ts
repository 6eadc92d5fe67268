import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { listFollowUsers } from '../wecom/contacts.ts'
import { listDepartments, listMembers } from '../wecom/directory.ts'
import type { Claim } from './work.ts'

/**
 * Reads who is in the app's visible scope: members who have customers, and the names of everybody the directory shows. New
 * members get no role; that is an admin's to give. Spelling stays as first registered.
 */
export async function syncStaff(house: House, claim: Claim): Promise<void> {
  const followers = await listFollowUsers(house.wecom)
  await claim.extend()
  const members = await readDirectory(house)
  const names = new Map(followers.map((userid) => [userid.toLowerCase(), { userid, name: '' }]))
  for (const member of members)
    names.set(member.userid.toLowerCase(), { userid: member.userid, name: member.name ?? '' })
  const all = [...names.values()].sort((a, b) => (a.userid < b.userid ? -1 : 1))
  const now = house.clock.now()
  await house.db.transaction(async (tx) => {
    await tx.query(
      `UPDATE staff s SET name = CASE WHEN t.name = '' THEN s.name ELSE t.name END, in_scope = true, updated_at = $3
       FROM unnest($1::text[], $2::text[]) AS t(userid, name)
       WHERE lower(s.userid) = lower(t.userid) AND (t.name <> '' AND s.name <> t.name OR NOT s.in_scope)`,
      [all.map((one) => one.userid), all.map((one) => one.name), now],
    )
    await tx.query(
      `INSERT INTO staff (userid, name, created_at, updated_at) SELECT userid, name, $3, $3 FROM unnest($1::text[], $2::text[]) AS t(userid, name)
       ON CONFLICT DO NOTHING`,
      [all.map((one) => one.userid), all.map((one) => one.name), now],
    )
  })
}

/** Everybody the app may see. An app that may not read the directory still learns names one by one elsewhere. */
async function readDirectory(house: House): Promise<{ userid: string; name?: string | null | undefined }[]> {
  try {
    const members = []
    for (const { id } of await listDepartments(house.wecom)) members.push(...(await listMembers(house.wecom, id)))
    return members
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error
    house.log.warn({ reason: error.reason, hint: error.message }, 'WeCom does not show the directory')
    return []
  }
}
