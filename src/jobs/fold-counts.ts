import { defineJob } from '../define.ts'
import { foldCounts } from '../journeys/fold-counts.ts'

/** What journeys counted goes into the sums, so that reading them stays short. */
export default defineJob({
  every: '30s',
  run: ({ db }) => foldCounts(db),
})
