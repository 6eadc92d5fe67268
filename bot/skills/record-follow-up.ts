import { defineSkill } from '../../src/define.ts'
import { oneMeant } from '../../src/skills/meant.ts'

/** 记 张三 已演示，下周报价: a note on the one meant, which counts as following him up. */
export default defineSkill({
  automatic: {
    name: '记跟进',
    does: '同事发「记 张三 已演示」，就记下一次跟进。',
    off: '同事要到侧边栏或控制台里记。',
  },
  speaker: 'staff',
  order: 15,
  hears: [
    /^(?:[记記](?:一笔|一?下|笔记|跟进|录|錄)?|写跟进|跟[进進](?!小结|总结)(?:记录)?|备注|備註|note|log)[\s,，:：]*(?<who>[^\s,，:：、]{1,40})[\s,，:：、]+(?<what>[\s\S]{1,1500})$/i,
    /^给\s*(?<who>[^\s,，:：、]{1,40}?)\s*记(?:一笔|一?下|录)?[\s,，:：]*(?<what>[\s\S]{1,1500})$/,
    /^(?<who>[^\s,，:：、]{1,40})\s+记(?:一笔|一?下|录)?[\s,，:：]+(?<what>[\s\S]{1,1500})$/,
  ],
  async answer({ match, colleague, say, show }) {
    const { who = '', what = '' } = match.groups ?? {}
    const me = await colleague()
    const { lead: one, unclear } = oneMeant(await me.find(who), who)
    if (!one) return say({ text: `没有记下：${unclear}` })
    await me.record(one.id, what.trim())
    return show({
      title: `已记到${one.name || '他'}名下`,
      about: one.company ?? '',
      rows: [['记录', what.trim()]],
      links: [['补充结构化记录', me.leadPage(one.id)]],
      url: me.leadPage(one.id),
    })
  },
})
