import { OutcomeUnknown } from '../failures.ts'
import { api, nothing } from './api.ts'
import type { Attachment } from './attachment.ts'
import type { Wecom } from './client.ts'
import { isErrcode } from './failure.ts'

const send = api({
  path: 'externalcontact/send_welcome_msg',
  method: 'POST',
  repeatable: false,
  withinMs: 3_000,
  answer: nothing,
})

/**
 * Greets a new customer. WeCom honours a code once, for 20 seconds, for whoever comes first: `deadline` is the moment it ends.
 * `content` ≤ 4000 bytes, ≤ 9 attachments. Because the code works only once, an attempt that was not answered is made again
 * at once; if WeCom then says the code is used, it was most likely us: OutcomeUnknown.
 * GiveUp `wecom_41050` too late, `wecom_41051` another app was faster or they are chatting already, `wecom_41096` another app
 * is at it. https://developer.work.weixin.qq.com/document/path/92137
 */
export async function sendWelcome(
  wecom: Wecom,
  request: { welcome_code: string; text?: { content: string }; attachments?: readonly Attachment[] },
  deadline: Date,
): Promise<void> {
  const call = { body: request, priority: 'urgent' as const, deadline }
  try {
    await wecom.call(send, call)
  } catch (failure) {
    if (!(failure instanceof OutcomeUnknown)) throw failure
    try {
      await wecom.call(send, call)
    } catch (again) {
      throw isErrcode(again, 41050, 41051, 41096) ? failure : again
    }
  }
}
