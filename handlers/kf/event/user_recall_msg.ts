import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer took a 客服 message back. */
export default defineHandler({
  schema: z.object({
    event: z.object({ open_kfid: z.string(), external_userid: z.string().min(1), recall_msgid: z.string() }),
  }),
  subject: ({ event }) => event.external_userid,
  handle({ event }, { leads }) {
    leads.note(leads.of(event.external_userid), 'kf_recalled', { openKfId: event.open_kfid, msgid: event.recall_msgid })
  },
})
