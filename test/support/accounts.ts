import { keepAccounts } from '../../src/accounts/keep.ts'
import type { House } from '../../src/house.ts'

/** Lets accounts catch up with everything that happened. */
export async function keepUp(house: House): Promise<void> {
  while (await keepAccounts(house));
  // What keeping moved is kept too.
  while (await keepAccounts(house));
}

export interface AccountPicture {
  name: string
  people: string[]
  stage: string | null
  score: number
  active: number
  surging: boolean
  owner: string | null
  caps: string[]
}

/** Every account that has people, by what it is and not by its id, people by their names. */
export async function accountsNow(house: House): Promise<AccountPicture[]> {
  return house.db.query<AccountPicture>(
    `SELECT a.name, ARRAY(SELECT l.name FROM account_people p JOIN leads l ON l.id = p.lead_id WHERE account_root(p.account_id) = a.id AND l.merged_into IS NULL ORDER BY l.name) AS people,
       a.stage, a.score, a.active_people AS active, a.surge_at IS NOT NULL AS surging, a.owner,
       ARRAY(SELECT DISTINCT l.name FROM messages m JOIN leads l ON l.id = m.lead_id WHERE m.account = a.id::text AND m.purpose = 'marketing' ORDER BY 1) AS caps
     FROM accounts a WHERE a.merged_into IS NULL AND a.people > 0 ORDER BY a.name`,
  )
}
