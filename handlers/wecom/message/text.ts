import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member wrote to the app. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1), Content: z.string(), MsgId: z.string() }),
  handle(event, { skills }) {
    skills.hear({
      speaker: 'staff',
      userid: event.FromUserName,
      text: event.Content,
      messageId: event.MsgId,
      kind: 'text',
    })
  },
})
