import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody deleted a corp tag or a whole group; a group does not tell of its tags one by one. */
export default defineHandler({
  schema: z.object({ Id: z.string().optional(), TagType: z.string().optional() }),
  handle(_event, { tags }) {
    tags.definitions()
  },
})
