import { defineSkill } from '../../src/define.ts'

/** 记 张三 已演示，下周报价: a note on the one meant, which counts as following him up. */
export default defineSkill({
  speaker: 'staff',
  order: 15,
  hears: [
    /^(?:[记記](?:一笔|一?下|笔记|跟进|录|錄)?|写跟进|跟[进進](?:记录)?|备注|備註|note|log)[\s,，:：]*(?<who>[^\s,，:：、]{1,40})[\s,，:：、]+(?<what>[\s\S]{1,1500})$/i,
    /^给\s*(?<who>[^\s,，:：、]{1,40}?)\s*记(?:一笔|一?下|录)?[\s,，:：]*(?<what>[\s\S]{1,1500})$/,
    /^(?<who>[^\s,，:：、]{1,40})\s+记(?:一笔|一?下|录)?[\s,，:：]+(?<what>[\s\S]{1,1500})$/,
  ],
  async answer({ match, colleague, say, show }) {
    const { who = '', what = '' } = match.groups ?? {}
    const me = await colleague()
    const found = await me.find(who)
    const exact = found.filter(({ name }) => name === who)
    const [one] = exact.length === 1 ? exact : found
    if (!one) return say({ text: `没有记下：在您的范围内没有找到「${who}」。` })
    if (found.length > 1 && exact.length !== 1)
      return say({
        text: `没有记下：「${who}」有 ${found.length} 位：${found.map(({ name, company }) => `${name}（${company ?? '公司未知'}）`).join('、')}。请用能分清的名字再记一次。`,
      })
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
