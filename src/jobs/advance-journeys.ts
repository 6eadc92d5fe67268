import { defineJob } from '../define.ts'
import { actDue } from '../journeys/act.ts'
import { advanceDue } from '../journeys/advance.ts'

/** People in journeys go on when their time has come. */
export default defineJob({
  every: '2s',
  async run(house) {
    const moved = await advanceDue(house)
    const acted = await actDue(house)
    return moved || acted
  },
})
