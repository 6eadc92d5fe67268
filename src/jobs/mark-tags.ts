import { defineJob } from '../define.ts'
import { bringTags } from '../mirror/mark-tags.ts'

/** Brings stage tags and other tags of leads to the relations that should wear them. */
export default defineJob({
  automatic: {
    name: '标签写回企业微信',
    does: '线索的阶段和标签变了，写到企业微信客户的标签上。',
    off: '标签只在这里变，企业微信里停在原样；重新打开时补写。',
  },
  every: '1s',
  run: bringTags,
})
