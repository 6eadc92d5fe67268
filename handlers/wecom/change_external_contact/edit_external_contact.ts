import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A member changed a remark or tags. Ten thousand of these may come at once, so it only marks; the profile is fetched later. */
export default defineHandler({
  schema: z.object({ UserID: z.string().min(1), ExternalUserID: z.string().min(1) }),
  lane: 'storm',
  handle(event, { follows }) {
    follows.stale(event.ExternalUserID, event.UserID)
  },
})
