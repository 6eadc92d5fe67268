import { WecomError } from '../errcodes.ts'
import { needText } from '../fields.ts'
import { relationOf } from '../people.ts'
import { contentOf } from './attachments.ts'
import { type Apis, post } from './definition.ts'

/** One welcome per add, within 20 s, for whoever comes first (WeCom doc 92137). */
export const welcomeApis: Apis = {
  'externalcontact/send_welcome_msg': post(async ({ body }, wecom) => {
    const id = needText(body, 'welcome_code', 41049)
    const content = contentOf(wecom, body)
    const code = wecom.world.welcomeCodes[id]
    if (!code) throw new WecomError(41050)
    if (code.usedBy !== undefined) throw new WecomError(41051)
    if (wecom.now() > code.until) throw new WecomError(41050)
    if (code.sending) throw new WecomError(41096)
    code.sending = true
    await new Promise((resolve) => setTimeout(resolve, wecom.faults.writeMs))
    code.sending = false
    code.usedBy = wecom.settings.agentId
    const relation = relationOf(wecom, code.userid, code.external_userid)
    if (relation) relation.welcomedAt = wecom.now()
    wecom.say({ peer: code.userid, external_userid: code.external_userid, from: 'staff', via: 'welcome', ...content })
    return {}
  }),
}
