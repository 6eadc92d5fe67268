import { defineJob } from '../define.ts'
import { runErasures } from '../erasure/requests.ts'

/** People who asked to be forgotten. */
export default defineJob({ every: '30s', run: runErasures })
