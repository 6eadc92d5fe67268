import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** A member opened a link of the app's menu: he is there and in scope. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1) }),
  handle(event, { staff }) {
    staff.scope(event.FromUserName, true)
  },
})
