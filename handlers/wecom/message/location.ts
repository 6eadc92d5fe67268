import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member sent a place to the app. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1), MsgId: z.string() }),
  handle(event, { skills }) {
    skills.hear({ speaker: 'staff', userid: event.FromUserName, text: '', messageId: event.MsgId, kind: 'location' })
  },
})
