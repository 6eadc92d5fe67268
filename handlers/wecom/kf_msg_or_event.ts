import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** Something happened at a 客服 account. The event has no content and no sender; the messages are pulled. */
export default defineHandler({
  schema: z.object({ OpenKfId: z.string().min(1), Token: z.string().optional() }),
  lane: 'welcome',
  subject: (event) => event.OpenKfId,
  handle(event, { kf }) {
    kf.pull(event.OpenKfId, event.Token || undefined)
  },
})
