import { defineJob } from '../define.ts'
import { giveLeavers } from '../team/give-leaver.ts'

/** Every customer a leaver still has goes to somebody else. */
export default defineJob({ every: '30s', run: giveLeavers })
