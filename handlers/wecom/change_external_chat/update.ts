import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer group changed; what the event says of it is loose and late, so the group is fetched. */
export default defineHandler({
  schema: z.object({ ChatId: z.string().min(1) }),
  lane: 'storm',
  handle(event, { groups }) {
    groups.changed(event.ChatId)
  },
})
