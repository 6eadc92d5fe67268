import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Somebody put corp tags in another order. Id is empty when the groups themselves were moved. */
export default defineHandler({
  schema: z.object({ Id: z.string().optional(), TagType: z.string().optional() }),
  handle(_event, { tags }) {
    tags.definitions()
  },
})
