import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer of an acquisition link wrote. Since 2024-12 the event no longer says who; older ones do. */
export default defineHandler({
  schema: z.object({
    UserID: z.string().optional(),
    ExternalUserID: z.string().optional(),
    LinkId: z.string().optional(),
    ChatKey: z.string().optional(),
  }),
  handle(event, { leads }) {
    if (event.ExternalUserID)
      leads.note(leads.of(event.ExternalUserID), 'chat_message', {
        userid: event.UserID ?? null,
        link: event.LinkId ?? null,
      })
  },
})
