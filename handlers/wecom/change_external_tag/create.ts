import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody made a corp tag or a group of them. */
export default defineHandler({
  schema: z.object({ Id: z.string().optional(), TagType: z.string().optional() }),
  handle(_event, { tags }) {
    tags.definitions()
  },
})
