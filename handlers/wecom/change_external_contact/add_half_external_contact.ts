import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer added a member who need not confirm; the member has not added back, so most calls answer 84061 until he does. */
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
    follows.start(lead, event.UserID, { half: true, state: event.State || undefined })
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
