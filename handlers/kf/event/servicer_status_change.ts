import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody began (1) or stopped (2) receiving an account's conversations. */
export default defineHandler({
  schema: z.object({
    event: z.object({ open_kfid: z.string(), servicer_userid: z.string().min(1), status: z.number() }),
  }),
  subject: ({ event }) => event.open_kfid,
  handle({ event }, { kf }) {
    kf.servicer(event.open_kfid, event.servicer_userid, event.status === 1)
  },
})
