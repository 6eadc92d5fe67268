import { defineJob } from '../define.ts'
import { tellMorning } from '../skills/tell-morning.ts'

/** Every working morning members hear what waits for them. */
export default defineJob({ every: '5m', run: tellMorning })
