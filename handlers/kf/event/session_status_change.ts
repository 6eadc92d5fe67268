import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

/** A 客服 conversation was taken by somebody (1, 4), moved (2) or ended (3). */
export default defineHandler({
  schema: z.object({
    event: z.object({
      open_kfid: z.string(),
      external_userid: z.string().min(1),
      change_type: z.number(),
      new_servicer_userid: z.string().optional(),
      old_servicer_userid: z.string().optional(),
    }),
  }),
  subject: ({ event }) => event.external_userid,
  handle({ event }, { leads, kf }) {
    const lead = leads.of(event.external_userid)
    const ended = event.change_type === 3
    // Service states: 3 served by a person, 4 ended.
    kf.session(event.open_kfid, lead, ended ? 4 : 3, ended ? undefined : event.new_servicer_userid)
    leads.note(lead, ended ? 'kf_ended' : 'kf_served', {
      openKfId: event.open_kfid,
      userid: event.new_servicer_userid ?? null,
    })
  },
})
