import { watchQuota } from '../codes/quota.ts'
import { defineJob } from '../define.ts'

/** Watches what is left of the acquisitions the corp bought. */
export default defineJob({ every: '1h', run: watchQuota })
