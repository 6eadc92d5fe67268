import { defineJob } from '../define.ts'
import { runLoads } from '../erasure/sample.ts'

/** The sample company, when somebody asks for it. */
export default defineJob({ every: '30s', run: runLoads })
