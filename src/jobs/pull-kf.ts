import { defineJob } from '../define.ts'
import { pullKf } from '../mirror/pull-kf.ts'

/** Pulls 微信客服 messages into the inbox. */
export default defineJob({ every: '5s', run: pullKf })
