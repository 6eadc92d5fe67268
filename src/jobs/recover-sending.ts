import { defineJob } from '../define.ts'
import { recoverSending } from '../messages/recover.ts'

/** Looks after calls whose worker died. */
export default defineJob({ every: '15s', run: recoverSending })
