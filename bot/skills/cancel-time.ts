import { defineSkill } from '../../src/define.ts'

/** 取消预约: the meeting is off, and both know. */
export default defineSkill({
  speaker: 'customer',
  order: 7,
  hears: [/取消.{0,6}(预约|约|会议|演示)|(预约|会议|演示).{0,4}取消|不约了|来不了了/],
  async answer({ meetings, note, say }) {
    const off = await meetings?.callOff()
    if (off) await note('meeting_cancelled', { when: off.when })
    await say({ words: 'kf-off', variables: { meeting: off ?? {} } })
  },
})
