import { defineSkill } from '../../src/define.ts'
import { dayBack } from '../../src/skills/until.ts'

/** 请假到周三: nothing new is offered until the day after. */
export default defineSkill({
  speaker: 'staff',
  order: 20,
  hears: [/^(?:请假|休假|外出|出差)(?:到|至)?\s*(?<until>.{0,12})$/],
  async answer({ match, colleague, say }) {
    const words = match.groups?.until?.trim() ?? ''
    const me = await colleague()
    const day = words === '' ? null : dayBack(words, me.dayOf(me.now()))
    if (day === null) return say({ text: '请写到哪一天：请假到周三、请假三天、请假到 12 月 3 日。' })
    const until = me.dayStart(day)
    await me.away(until)
    return say({
      text: `好的，${me.sayTime(until).replace(/\s*\d{1,2}:\d{2}$/, '')}起再派新线索给您。提前回来就说「回来」。手上的客户需要移交的话，请主管在控制台安排。`,
    })
  },
})
