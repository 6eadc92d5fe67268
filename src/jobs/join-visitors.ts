import { defineJob } from '../define.ts'
import { joinVisitors } from '../tracking/join.ts'

/** Readers who were strangers and have become somebody. */
export default defineJob({ every: '5m', run: joinVisitors })
