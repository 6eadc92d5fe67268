import { measureContent } from '../content/measure.ts'
import { defineJob } from '../define.ts'

/** What pieces do for those who get them: what picking goes by. */
export default defineJob({ every: '1h', run: measureContent })
