import { defineJob } from '../define.ts'
import { refreshProfiles } from '../mirror/profiles.ts'

/** Fetches people whose relations changed, once each, when they have been quiet for two seconds. */
export default defineJob({ every: '1s', run: refreshProfiles })
