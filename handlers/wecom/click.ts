import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** A member pressed a button of the app's menu; its key is heard like words. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1), EventKey: z.string(), CreateTime: z.string() }),
  handle(event, { skills }) {
    skills.hear({
      speaker: 'staff',
      userid: event.FromUserName,
      text: event.EventKey,
      messageId: `click-${event.CreateTime}-${event.EventKey}`,
      kind: 'click',
    })
  },
})
