import { defineJob } from '../define.ts'
import { watchPromises } from '../promises/watch.ts'

/** Promises to customers that were kept, are near their time, or are late. */
export default defineJob({ every: '15s', run: watchPromises })
