import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Bought acquisitions expire in 14, 7, 3, 2 or 1 days. */
export default defineHandler({
  schema: z.object({ ExpireTime: z.coerce.number().optional(), ExpireQuotaNum: z.coerce.number().optional() }),
  handle(event, { notices }) {
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      { reason: `获客助手有 ${event.ExpireQuotaNum ?? '若干'} 次即将到期，请尽快使用` },
    )
  },
})
