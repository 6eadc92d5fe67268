import { defineSkill } from '../../src/define.ts'

/** 今天: what waits for you, most pressing first. */
export default defineSkill({
  automatic: { name: '今天', does: '同事发「今天」，列出等着他的事。', off: '同事在应用里问不到今天的事。' },
  speaker: 'staff',
  order: 20,
  hears: [
    /^(看看?)?(今天|今日)的?(有(什么|啥)(事|任务|要做的?)?|要?(做|干)(什么|啥|嘛)|待办|日程|任务|安排|工作|呢)?$/,
    /^(看看?)?(我的)?(待办|代办|任务|日程|线索|客户)(事项|清单|列表)?$|^有(什么|啥)(事|要做的?|任务)$|^(today|todos?)$/i,
  ],
  sounds: ['今天', '待办', '任务'],
  async answer({ colleague, show }) {
    const me = await colleague()
    await show(await me.day())
  },
})
