import { defineJob } from '../define.ts'
import { recoverClaims } from '../inbox/claim.ts'

/** Events whose worker died come back into their lanes. */
export default defineJob({
  every: '3s',
  async run(house) {
    if ((await recoverClaims(house)) > 0)
      for (const lane of ['welcome', 'default', 'storm']) house.wake.up(`dispatch-${lane}`)
    return false
  },
})
