import { defineSkill } from '../../src/define.ts'

/** 今天: what waits for you, most pressing first. */
export default defineSkill({
  speaker: 'staff',
  order: 20,
  hears: [/^(今天|今日|待办|我的待办|我的线索|日程)[\s。！!]*$/],
  async answer({ colleague, show }) {
    const me = await colleague()
    await show(await me.day())
  },
})
