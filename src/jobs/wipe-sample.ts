import { defineJob } from '../define.ts'
import { runWipes } from '../erasure/sample.ts'

/** The sample company leaves. */
export default defineJob({ every: '30s', run: runWipes })
