import { defineJob } from '../define.ts'
import { moveConversations } from '../promises/move.ts'

/** 客服 conversations go to people. */
export default defineJob({ every: '3s', run: moveConversations })
