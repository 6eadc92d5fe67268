import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer group began. */
export default defineHandler({
  schema: z.object({ ChatId: z.string().min(1) }),
  lane: 'storm',
  handle(event, { groups }) {
    groups.changed(event.ChatId)
  },
})
