import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** An acquisition link can add nobody for now. */
export default defineHandler({
  schema: z.object({ LinkId: z.string().optional() }),
  handle(event, { codes, notices }) {
    if (event.LinkId) codes.signal(event.LinkId, 'unavailable')
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      {
        reason: `有一个获客链接暂时不能添加客户（常见原因：成员被限制），请在客户联系中检查（${event.LinkId ?? '未知链接'}）`,
      },
    )
  },
})
