import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody asks to be added through an acquisition link; who it is, only the add will tell. */
export default defineHandler({
  schema: z.object({ LinkId: z.string().min(1), State: z.string().optional() }),
  subject: (event) => event.LinkId,
  handle(event, { codes }) {
    codes.signal(event.LinkId, 'request')
  },
})
