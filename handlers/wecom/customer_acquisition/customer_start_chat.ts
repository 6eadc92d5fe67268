import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer who came through an acquisition link wrote his first message. */
export default defineHandler({
  schema: z.object({ UserID: z.string().optional(), ExternalUserID: z.string().min(1), LinkId: z.string().optional() }),
  handle(event, { leads }) {
    leads.note(leads.of(event.ExternalUserID), 'chat_started', {
      userid: event.UserID ?? null,
      link: event.LinkId ?? null,
    })
  },
})
