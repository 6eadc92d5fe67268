import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A customer opened a 客服 conversation. Its welcome code lives 20 seconds. */
export default defineHandler({
  schema: z.object({
    event: z.object({
      open_kfid: z.string(),
      external_userid: z.string().min(1),
      scene: z.string().optional(),
      scene_param: z.string().optional(),
      welcome_code: z.string().optional(),
    }),
  }),
  lane: 'welcome',
  subject: ({ event }) => event.external_userid,
  handle({ event }, { leads, messages }) {
    const lead = leads.open({
      externalUserId: event.external_userid,
      source: {
        kind: 'kf',
        channel: event.scene || '微信客服',
        ...(event.scene_param ? { campaign: event.scene_param } : {}),
      },
    })
    leads.note(lead, 'kf_entered', { openKfId: event.open_kfid, scene: event.scene ?? null })
    if (event.welcome_code) {
      messages.plan(lead, 'kf-greeting', {
        purpose: 'welcome',
        channel: 'kf',
        within: '20s',
        extra: { code: event.welcome_code, openKfId: event.open_kfid, scene: event.scene || undefined },
      })
    }
  },
})
