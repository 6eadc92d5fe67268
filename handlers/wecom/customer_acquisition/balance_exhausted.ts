import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** No acquisition is left. */
export default defineHandler({
  schema: z.object({}),
  handle(_event, { notices }) {
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      { reason: '获客助手次数已用完，获客链接暂时不能再添加客户' },
    )
  },
})
