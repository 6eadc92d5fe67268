import { settleNewcomers } from '../codes/newcomers.ts'
import { defineJob } from '../define.ts'

/** Writes remarks on people who came through a code, and tells who knows a colleague already. */
export default defineJob({ every: '2s', run: settleNewcomers })
