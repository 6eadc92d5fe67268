import { defineJob } from '../define.ts'
import { settleVerdicts } from '../review/verdict.ts'

/** Verdicts that can no longer be taken back cause what they cause. */
export default defineJob({ every: '1s', run: settleVerdicts })
