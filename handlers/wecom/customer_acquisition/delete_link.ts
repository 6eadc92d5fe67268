import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** An acquisition link was deleted in the admin console. */
export default defineHandler({
  schema: z.object({ LinkId: z.string().optional() }),
  handle(event, { codes, notices }) {
    if (event.LinkId) codes.signal(event.LinkId, 'gone')
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      { reason: `有一个获客链接在管理后台被删除（${event.LinkId ?? '未知链接'}）` },
    )
  },
})
