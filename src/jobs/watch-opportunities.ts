import { defineJob } from '../define.ts'
import { watchOpportunities } from '../opportunities/watch.ts'

/** Deals nothing happens to are spoken of. */
export default defineJob({ every: '5m', run: watchOpportunities })
