import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** A member left the visible scope, was disabled or left the company: the one sign of leaving a self-built app gets. */
export default defineHandler({
  schema: z.object({ FromUserName: z.string().min(1) }),
  handle(event, { staff }) {
    staff.scope(event.FromUserName, false)
  },
})
