import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A manager pressed 不发 on a message that touches a red line; the key is `refuse:<message id>`. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.string().regex(/^refuse:.+/),
    TaskId: z.string(),
    ResponseCode: z.string(),
  }),
  handle(event, { approvals }) {
    approvals.answer(event.EventKey.slice('refuse:'.length), {
      userid: event.FromUserName,
      answer: 'refused',
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
    })
  },
})
