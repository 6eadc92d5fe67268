import { defineJob } from '../define.ts'
import { runExports } from '../erasure/requests.ts'

/** Everything we keep of a person, in a file for him. */
export default defineJob({ every: '30s', run: runExports })
