import { defineJob } from '../define.ts'
import { syncTagDefinitions, tagWork } from '../mirror/tag-definitions.ts'
import { doWork } from '../mirror/work.ts'

const hourMs = 3_600_000

/** Keeps corp tag groups and tags here and in WeCom the same. */
export default defineJob({
  every: '5s',
  async run(house) {
    await doWork(house, tagWork, hourMs, (claim) => syncTagDefinitions(house, claim))
    return false
  },
})
