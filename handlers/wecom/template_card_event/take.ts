import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member pressed 我来回 on the card about a customer who waits; the key is `take:<promise id>`. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.string().regex(/^take:.+/),
    TaskId: z.string(),
    ResponseCode: z.string(),
  }),
  handle(event, { promises }) {
    promises.take(event.EventKey.slice('take:'.length), {
      userid: event.FromUserName,
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
    })
  },
})
