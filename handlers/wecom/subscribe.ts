import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** A member came into the app's visible scope. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1) }),
  handle(event, { staff }) {
    staff.scope(event.FromUserName, true)
  },
})
