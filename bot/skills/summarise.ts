import { defineSkill } from '../../src/define.ts'
import { oneMeant } from '../../src/skills/meant.ts'

const noHelp = {
  off: '没有开语言模型，写不了小结。要用的话，请管理员在业务规则里打开。',
  spent: '今天语言模型的额度用完了，明天再试。',
  no_help: '语言模型这会儿没有给出能用的话，过几分钟再试。',
  nothing: '还没有跟进记录，也没有他说过的话，没有可小结的。',
}

/** 小结 张三: what happened, what next, his intent and needs, written by the language model as a draft; nothing is kept of it. */
export default defineSkill({
  speaker: 'staff',
  order: 22,
  hears: [
    /^(?:跟进)?(?:小结|总结|概括|回顾)(?:一?下)?[\s:：]*(?<who>.{1,40}?)(?:的(?:跟进|情况))?$/,
    /^(?<who>.{1,40}?)\s*的?(?:跟进)?(?:小结|总结)$/,
  ],
  async answer({ match, colleague, say }) {
    const who = match.groups?.who?.trim() ?? ''
    const me = await colleague()
    const { lead, unclear } = oneMeant(await me.find(who), who)
    if (!lead) return say({ text: unclear })
    const { draft, why } = await me.summarise(lead.id)
    if (!draft) return say({ text: noHelp[why] })
    const name = lead.name || '他'
    const lines = [
      `${name}的跟进小结 · 草稿，由模型根据 ${draft.sources.length} 条记录写成，请核对：`,
      draft.summary,
      draft.next && `下一步：${draft.next}`,
      draft.intent && `意向：${draft.intent}`,
      draft.tags.length > 0 &&
        `可以打的标签：${draft.tags.map((tag) => tag.name).join('、')}。要打就说「标签 ${name} ${draft.tags.map((tag) => tag.name).join(' ')}」`,
      `要留下就说「记 ${name} ……」，或在侧边栏里写：${me.leadPage(lead.id)}`,
    ]
    return say({ text: lines.filter(Boolean).join('\n') })
  },
})
