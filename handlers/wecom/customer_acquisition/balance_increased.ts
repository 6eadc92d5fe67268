import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** There are acquisitions again. */
export default defineHandler({
  schema: z.object({}),
  handle(_event, { notices }) {
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      { reason: '获客助手次数已恢复，获客链接可以继续使用' },
    )
  },
})
