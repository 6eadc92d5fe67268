import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member deleted a customer, or a transfer took the customer from him. */
export default defineHandler({
  schema: z.object({ UserID: z.string().min(1), ExternalUserID: z.string().min(1), Source: z.string().optional() }),
  handle(event, { leads, follows, notices }) {
    const transferred = event.Source === 'DELETE_BY_TRANSFER'
    const lead = leads.of(event.ExternalUserID)
    follows.end(event.ExternalUserID, event.UserID, transferred ? 'transferred' : 'deleted_by_us')
    leads.note(lead, transferred ? 'transferred_away' : 'deleted_by_staff', { userid: event.UserID })
    if (!transferred) notices.tell('customer-deleted', { roles: ['manager'], lead }, { rep: { name: event.UserID } })
  },
})
