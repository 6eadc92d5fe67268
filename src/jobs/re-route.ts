import { defineJob } from '../define.ts'
import { reRoute } from '../transfers/re-route.ts'

/** Leads whose owner left our sight find another. */
export default defineJob({ every: '1m', run: reRoute })
