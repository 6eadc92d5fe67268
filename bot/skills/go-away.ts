import { defineSkill } from '../../src/define.ts'
import { dayBack } from '../../src/skills/until.ts'

/** 请假到周三: nothing new is offered until the day after. 请假到周三，韩梅梅代班: she has his customers meanwhile. */
export default defineSkill({
  automatic: { name: '请假', does: '同事发「请假到周三」，就不再给他派新单。', off: '请假要在控制台「转接」里登记。' },
  speaker: 'staff',
  order: 20,
  hears: [
    /^(?:请假|休假|外出|出差)(?:到|至)?\s*(?<lent>.{1,40}?)\s*(?:来|帮我|替我|帮忙)?(?:代班|替班|顶班|照看|代管)(?:一下)?[\s。！!]*$/,
    /^(?:请个?假|休假|年假|病假|事假|调休|休息|外出|出差)[到至]?\s*(?<until>.{0,12})$/,
    // From another day on, or a day of its own: that is asked about.
    /^.{1,6}(?:请假|休假|休息)$/,
  ],
  async answer({ match, colleague, say }) {
    const me = await colleague()
    const { lent, until: said = '' } = match.groups ?? {}
    const named = lent === undefined ? null : await me.standIn(lent)
    if (named?.people.length === 0)
      return say({ text: '没有找到这位在岗的同事。请写全名或账号：请假到周三，韩梅梅代班。' })
    if (named && named.people.length > 1) {
      const accounts = named.people.map(({ userid }) => userid).join('、')
      return say({
        text: `有 ${named.people.length} 位同事叫${named.people[0]?.name}，请写账号（${accounts}）再说一次。`,
      })
    }
    const words = (named?.before.replace(/[\s，,、]*(?:由|请|让|交给)?\s*$/, '') ?? said).trim()
    const day = words === '' ? null : dayBack(words, me.dayOf(me.now()))
    if (day === null) return say({ text: '请写到哪一天：请假到周三、请假三天、请假到 12 月 3 日。' })
    const until = me.dayStart(day)
    const { standIn } = await me.away(until, named?.people[0])
    const back = `好的，${me.sayTime(until).replace(/\s*\d{1,2}:\d{2}$/, '')}起再派新线索给您。`
    const meanwhile = standIn
      ? `这段时间您的客户由${standIn}照看，交接说明会发给对方，您回来后自动还给您。`
      : '手上的客户要请同事照看，就说「请假到周三，韩梅梅代班」。'
    return say({ text: `${back}${meanwhile}提前回来就说「回来」。` })
  },
})
