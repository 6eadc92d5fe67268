import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

const ids = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [value ?? []].flat().filter(Boolean))

/** 客服 accounts were given to the app or taken from it; each may come several times as siblings. */
export default defineHandler({
  schema: z.object({ AuthAddOpenKfId: ids, AuthDelOpenKfId: ids }),
  handle(event, { kf }) {
    kf.accounts({ granted: event.AuthAddOpenKfId, gone: event.AuthDelOpenKfId })
  },
})
