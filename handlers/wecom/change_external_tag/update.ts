import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody renamed a corp tag or a group. */
export default defineHandler({
  schema: z.object({ Id: z.string().optional(), TagType: z.string().optional() }),
  handle(_event, { tags }) {
    tags.definitions()
  },
})
