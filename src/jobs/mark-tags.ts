import { defineJob } from '../define.ts'
import { bringTags } from '../mirror/mark-tags.ts'

/** Brings stage tags and other tags of leads to the relations that should wear them. */
export default defineJob({ every: '1s', run: bringTags })
