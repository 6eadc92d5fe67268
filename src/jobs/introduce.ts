import { defineJob } from '../define.ts'
import { introduce } from '../offers/introduce.ts'

/** Reps who accepted get their introduction. */
export default defineJob({ every: '5s', run: introduce })
