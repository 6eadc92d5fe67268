import { defineJob } from '../define.ts'
import { tellMorning } from '../skills/tell-morning.ts'

/** Every working morning members hear what waits for them. */
export default defineJob({
  automatic: {
    name: '早上的工作卡片',
    does: '上班日早上，给每位同事一张今天要做什么的卡片；没有事的不发。',
    off: '同事早上收不到卡片，可以在应用里发「今天」自己看。',
  },
  every: '5m',
  run: tellMorning,
})
