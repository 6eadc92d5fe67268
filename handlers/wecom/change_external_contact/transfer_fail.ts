import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer refused to be transferred, or the new member is full. UserID is the member who was to take over. */
export default defineHandler({
  schema: z.object({ UserID: z.string().min(1), ExternalUserID: z.string().min(1), FailReason: z.string().optional() }),
  handle(event, { leads, transfers, notices }) {
    const reason = event.FailReason ?? 'unknown'
    transfers.failed(event.ExternalUserID, event.UserID, reason)
    const lead = leads.of(event.ExternalUserID)
    leads.note(lead, 'transfer_failed', { userid: event.UserID, reason })
    notices.tell(
      'transfer-failed',
      { userid: event.UserID, roles: ['manager'], lead },
      { reason: reason === 'customer_refused' ? '客户拒绝了转接' : '接替成员的客户数已达上限' },
    )
  },
})
