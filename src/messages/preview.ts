import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { type PlannedMessage, type PlanRequest, plan } from './plan.ts'

/**
 * What a message would be were it planned now: its words, its channel, in whose name, or why it would not go. Planned in
 * earnest and rolled back, so that it is never another thing than what is sent afterwards.
 * @throws Refused as `plan`
 */
export async function previewMessage(
  house: House,
  request: Omit<PlanRequest, 'key' | 'leadId'> & { leadId: string },
): Promise<PlannedMessage> {
  const onlyLooking = new Error('only looking')
  let seen: PlannedMessage | undefined
  try {
    await house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, request.leadId)
      seen = await plan(tx, house, { ...request, leadId: lead.id, key: `preview:${newId(house.clock)}` })
      throw onlyLooking
    })
  } catch (error) {
    if (error !== onlyLooking) throw error
  }
  return seen as PlannedMessage
}
