import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A 客服 message we believed sent did not arrive: WeCom's errcode 0 is no proof of delivery. */
export default defineHandler({
  schema: z.object({
    event: z.object({ fail_msgid: z.string(), fail_type: z.number(), external_userid: z.string().optional() }),
  }),
  subject: ({ event }) => event.external_userid ?? event.fail_msgid,
  handle({ event }, { kf }) {
    kf.failed(event.fail_msgid, event.fail_type)
  },
})
