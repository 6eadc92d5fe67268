import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer agreed to the archiving of chats; where a welcome waited for that, its code comes now. */
export default defineHandler({
  schema: z.object({
    UserID: z.string().min(1),
    ExternalUserID: z.string().min(1),
    WelcomeCode: z.string().optional(),
  }),
  lane: 'welcome',
  handle(event, { leads, messages }) {
    const lead = leads.of(event.ExternalUserID)
    leads.note(lead, 'archive_agreed', { userid: event.UserID })
    if (event.WelcomeCode)
      messages.plan(lead, 'welcome', {
        purpose: 'welcome',
        channel: 'welcome',
        userid: event.UserID,
        extra: { code: event.WelcomeCode },
        within: '20s',
      })
  },
})
