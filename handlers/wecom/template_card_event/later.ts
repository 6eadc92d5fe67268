import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member pressed 一小时后提醒 on a notice. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.literal('later'),
    TaskId: z.string().min(1),
    ResponseCode: z.string(),
  }),
  handle(event, { notices }) {
    notices.answer({
      userid: event.FromUserName,
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
      shows: '一小时后提醒',
      again: '1h',
    })
  },
})
