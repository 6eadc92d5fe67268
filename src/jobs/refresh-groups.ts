import { defineJob } from '../define.ts'
import { refreshGroups } from '../mirror/groups.ts'

/** Fetches customer groups that changed, once each, when they are quiet. */
export default defineJob({ every: '2s', run: refreshGroups })
