import type { House } from '../house.ts'
import { readAgenda } from '../leads/agenda.ts'
import { leadPage } from '../leads/lead-page.ts'
import { leadsWithin, type Reacher } from '../leads/reach.ts'
import { readToday } from '../reports/today.ts'
import type { Day, Pages } from './day-card.ts'

/** Whose work it is that something waits in the house, and not with one of us. */
const keepers = ['admin', 'manager', 'mdr', 'sdr']

/** What waits for a member now. @param userid as registered */
export async function readDay(house: House, me: Reacher & { roles: readonly string[] }, userid: string): Promise<Day> {
  const keeps = me.roles.some((role) => keepers.includes(role))
  const [agenda, chores] = await Promise.all([
    readAgenda(house, userid),
    keeps ? readToday(house, (first) => leadsWithin(me, first)) : [],
  ])
  return { agenda, chores }
}

export const pagesOf = (house: Pick<House, 'config'>): Pages => ({
  leadPage: (leadId) => leadPage(house, leadId),
  consolePage: (path) => `${house.config.publicUrl}/console${path}`,
})
