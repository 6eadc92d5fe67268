import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer added one of our people: a lead begins, or an old acquaintance returns. */
export default defineHandler({
  schema: z.object({
    UserID: z.string().min(1),
    ExternalUserID: z.string().min(1),
    State: z.string().optional(),
    WelcomeCode: z.string().optional(),
  }),
  lane: 'welcome',
  handle(event, { leads, follows, messages }) {
    const lead = leads.open({
      externalUserId: event.ExternalUserID,
      source: { state: event.State || undefined },
      userid: event.UserID,
    })
    follows.start(lead, event.UserID, { state: event.State || undefined })
    follows.stale(event.ExternalUserID, event.UserID)
    // WeCom honours a welcome code once, for 20 seconds, for whoever comes first.
    if (event.WelcomeCode)
      messages.plan(lead, 'welcome', {
        purpose: 'welcome',
        channel: 'welcome',
        userid: event.UserID,
        extra: { code: event.WelcomeCode },
        within: '20s',
      })
  },
})
