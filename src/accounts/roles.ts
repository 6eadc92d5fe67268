import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import type { AccountRules } from '../playbook/accounts-schema.ts'

/** The role a title suggests: the first of the playbook's whose words it holds. Only a suggestion. */
export function suggestRole(title: string | null, { roles }: Pick<AccountRules, 'roles'>): string | null {
  const words = title?.toLowerCase()
  if (!words) return null
  return roles.find(({ titles }) => titles.some((one) => words.includes(one.toLowerCase())))?.id ?? null
}

/**
 * Says what somebody is in his company's decision; null takes it back.
 * @throws Refused 409 no_account, 422 role_unknown
 */
export async function setRole(
  tx: Transaction,
  house: House,
  { leadId, role, by }: { leadId: string; role: string | null; by: string },
): Promise<void> {
  const { playbook } = await house.playbook.current()
  const known = playbook.accounts.roles.map(({ id }) => id)
  if (role !== null && !known.includes(role))
    throw new Refused(422, 'role_unknown', '业务规则里没有这个角色', { known })
  const now = house.clock.now()
  const rows = await tx.query(
    'UPDATE account_people SET role = $2, role_by = $3, role_at = $4 WHERE lead_id = $1 AND account_id IS NOT NULL RETURNING 1',
    [leadId, role, role && by, role && now],
  )
  if (rows.length === 0) throw new Refused(409, 'no_account', '还不知道他在哪家公司，先填公司或把他放进一家客户公司')
  await record(tx, [{ leadId, at: now, kind: 'role', actor: by, key: now.toISOString(), data: { role } }])
}
