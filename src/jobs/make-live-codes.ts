import { makeLiveCodes } from '../codes/make.ts'
import { defineJob } from '../define.ts'

/** Makes the contact ways of codes that are wanted and not made yet. */
export default defineJob({ every: '5s', run: makeLiveCodes })
