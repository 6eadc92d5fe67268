import { defineJob } from '../define.ts'
import { findUnknown, recoverSending } from '../messages/recover.ts'

/** Looks after calls whose worker died, and tasks nobody knows whether they were made. */
export default defineJob({
  every: '15s',
  async run(house) {
    const more = await recoverSending(house)
    await findUnknown(house)
    return more
  },
})
