import { defineJob } from '../define.ts'
import { runHandOvers } from '../team/hand-over-all.ts'

/** Everything that lies with a member who is away goes to somebody else. */
export default defineJob({ every: '30s', run: runHandOvers })
