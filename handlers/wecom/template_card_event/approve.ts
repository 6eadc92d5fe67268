import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A manager pressed 同意发送 on a message that touches a red line; the key is `approve:<message id>`. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.string().regex(/^approve:.+/),
    TaskId: z.string(),
    ResponseCode: z.string(),
  }),
  handle(event, { approvals }) {
    approvals.answer(event.EventKey.slice('approve:'.length), {
      userid: event.FromUserName,
      answer: 'approved',
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
    })
  },
})
