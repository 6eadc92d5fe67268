import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A rep pressed 接受 on the card of an offer; the key is `accept:<offer id>`. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.string().regex(/^accept:.+/),
    TaskId: z.string(),
    ResponseCode: z.string(),
  }),
  handle(event, { offers }) {
    offers.answer(event.EventKey.slice('accept:'.length), {
      userid: event.FromUserName,
      answer: 'accept',
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
    })
  },
})
