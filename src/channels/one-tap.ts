import { milliseconds } from '../clock.ts'
import { defineChannel } from '../define.ts'
import { speakingFollow } from '../messages/route.ts'
import { keepTodo } from '../messages/todo-row.ts'

/**
 * A to-do for the member: the words ready in the sidebar, which he sends in the chat with one tap. The house itself sends
 * nothing here, so nothing is sent twice however often it is tried.
 */
export default defineChannel({
  textBytes: 4000,
  waitsFor: 'staff',
  waiting: '在企业微信的聊天里点发送',
  repeats: () => true,
  reaches(reach) {
    const follow = speakingFollow(reach)
    if (!follow)
      return { ok: false, why: reach.sender ? '这位同事和客户还不是企业微信好友' : '还没有在职同事是他的企业微信好友' }
    return { ok: true, recipient: follow.externalUserId, sender: follow.userid }
  },
  prepare: (message, sql, at) => keepTodo(sql, { messageId: message.id, userid: message.sender ?? '' }, at),
  async send(_batch, { clock, playbook, wake }) {
    const { oneTap } = (await playbook.current()).playbook
    wake.up('tend-todos')
    return { state: 'waiting', until: new Date(clock.now().getTime() + milliseconds(oneTap.expires)) }
  },
})
