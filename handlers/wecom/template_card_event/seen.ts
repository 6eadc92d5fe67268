import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member pressed 知道了 on a notice. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.literal('seen'),
    TaskId: z.string().min(1),
    ResponseCode: z.string(),
  }),
  handle(event, { notices }) {
    notices.answer({
      userid: event.FromUserName,
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
      shows: '已知道',
    })
  },
})
