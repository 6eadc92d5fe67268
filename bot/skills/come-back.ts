import { defineSkill } from '../../src/define.ts'

/** 回来: new leads are offered again. */
export default defineSkill({
  automatic: { name: '销假', does: '同事发「回来」，重新给他派单。', off: '销假要在控制台「转接」里登记。' },
  speaker: 'staff',
  order: 18,
  hears: [
    /^(已经?)?(出差|休假|外出)?(回来|上班|销假|返岗)(上班)?[了啦]*$/,
    /^(取消|结束)(请假|休假)$|^(请假|休假|假期)结束了?$|^不(请假|休假?)了$|^(恢复|继续|开始|可以)(派单|接单|上班)了?$/,
    /^(i'?m )?back$/i,
  ],
  sounds: ['回来', '回来了', '销假'],
  async answer({ colleague, say }) {
    const me = await colleague()
    await me.away(null)
    await say({ text: '欢迎回来，新线索会照常派给您。说「今天」看有什么等着。' })
  },
})
