import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { type Notice, tellRoles } from './tell.ts'

/** Tells the manager of a member; where he has none who is still here, everybody with the fallback role, at last the admins. */
export async function tellManager(tx: Transaction, house: House, userid: string, notice: Notice): Promise<void> {
  const { playbook } = await house.playbook.current()
  const [manager] = await tx.query<{ userid: string }>(
    `SELECT m.userid FROM staff s JOIN staff m ON lower(m.userid) = lower(s.manager) AND m.active AND m.in_scope WHERE lower(s.userid) = lower($1)`,
    [userid],
  )
  const told = manager
    ? await tellRoles(tx, house, [], { ...notice, userids: [manager.userid] })
    : await tellRoles(tx, house, [playbook.routing.fallback], notice)
  if (told.length === 0) await tellRoles(tx, house, ['admin'], notice)
}
