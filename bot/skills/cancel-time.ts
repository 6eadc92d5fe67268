import { defineSkill } from '../../src/define.ts'

/** 取消预约: the meeting is off, and both know. */
export default defineSkill({
  automatic: { name: '取消预约', does: '客户说取消，就取消，并告诉同事。', off: '取消的话会当作普通问题处理。' },
  speaker: 'customer',
  order: 7,
  hears: [
    /(取消|撤销).{0,6}(预约|约|会议?|演示|见面)|(预约|会议?|演示|见面).{0,4}(取消|撤销)|不约了/,
    /^.{0,10}(?<![出进起过下上回])[来去]不了.{0,3}$|(参加|见)不(了|成)|没法(参加|来|去|见)/,
    /\bcancel (the |my |our )?(meeting|appointment|booking|call|demo|visit)\b/i,
  ],
  sounds: ['取消预约', '不约了'],
  async answer({ meetings, note, say }) {
    const off = await meetings?.callOff()
    if (off) await note('meeting_cancelled', { when: off.when })
    await say({ words: 'kf-off', variables: { meeting: off ?? {} } })
  },
})
