import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

/** Words in a 客服 conversation: from the customer (origin 3), or from a colleague in the client (origin 5). */
export default defineHandler({
  schema: z.object({
    msgid: z.string(),
    open_kfid: z.string(),
    external_userid: z.string().min(1),
    origin: z.number(),
    servicer_userid: z.string().optional(),
    text: z.object({ content: z.string(), menu_id: z.string().optional() }),
  }),
  subject: (event) => event.external_userid,
  handle(event, { leads, kf, skills }) {
    const lead = leads.of(event.external_userid)
    if (event.origin !== 3) {
      if (event.servicer_userid) leads.contacted(lead, event.servicer_userid)
      return leads.note(lead, 'kf_reply', { openKfId: event.open_kfid, userid: event.servicer_userid ?? null })
    }
    kf.heard(event.open_kfid, lead, event.servicer_userid)
    leads.note(lead, 'kf_message', { openKfId: event.open_kfid, msgid: event.msgid })
    skills.hear({
      speaker: 'customer',
      lead,
      openKfId: event.open_kfid,
      text: event.text.content,
      menuId: event.text.menu_id || undefined,
      messageId: event.msgid,
      kind: 'text',
    })
  },
})
