import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer deleted one of our people: he can no longer be reached through that member. */
export default defineHandler({
  schema: z.object({ UserID: z.string().min(1), ExternalUserID: z.string().min(1) }),
  handle(event, { leads, follows, notices }) {
    const lead = leads.of(event.ExternalUserID)
    follows.end(event.ExternalUserID, event.UserID, 'deleted_by_customer')
    leads.note(lead, 'deleted_by_customer', { userid: event.UserID })
    notices.tell('customer-deleted-you', { userid: event.UserID, lead })
  },
})
