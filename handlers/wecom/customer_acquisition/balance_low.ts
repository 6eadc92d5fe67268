import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** Fewer than 20 acquisitions are left. */
export default defineHandler({
  schema: z.object({}),
  handle(_event, { notices }) {
    notices.tell(
      'acquisition-quota',
      { roles: ['admin', 'manager'] },
      { reason: '获客助手剩余次数不足 20 次，请及时购买' },
    )
  },
})
