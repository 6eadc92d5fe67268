import { defineJob } from '../define.ts'
import { evaluateMarked } from '../segments/evaluate.ts'

/** Who enters and leaves live segments: those who changed, and those for whom time has passed. */
export default defineJob({ every: '1s', run: evaluateMarked })
