import { defineSkill } from '../../src/define.ts'

/** 推荐 张三: what to send him now, and why. */
export default defineSkill({
  speaker: 'staff',
  order: 25,
  hears: [
    /^(?:推荐|推介|发(?:什么|啥)|有(?:什么|啥)(?:能|可以)发)(?:一下|内容|几份|点|些)*给?[\s:]*(?<who>.{1,40})$/,
    /^(?:现在|该|可以|能)*给\s*(?<who>.{1,40}?)\s*(?:(?:推荐|发|选)(?:点|些|几份)?(?:什么|啥|内容)?好?|的内容)?$/,
    /^(?<who>.{1,40}?)\s*(?:(?:该|适合)?发(?:什么|啥)|推荐)$/,
  ],
  async answer({ match, colleague, say, show }) {
    const who = match.groups?.who?.trim() ?? ''
    const me = await colleague()
    const found = await me.find(who)
    const [one] = found
    if (!one) return say({ text: `在您的范围内没有找到「${who}」。` })
    if (found.length > 1)
      return say({
        text: `「${who}」有 ${found.length} 位：${found.map(({ name, company }) => `${name}（${company ?? '公司未知'}）`).join('、')}。请把名字写全，或加上公司。`,
      })
    const pieces = await me.suggest(one.id)
    if (pieces.length === 0) return say({ text: `${one.name}这个阶段的内容都发过了。` })
    return show({
      title: `给${one.name}发什么`,
      about: `${me.stageName(one.stage)}${one.company ? ` · ${one.company}` : ''}`,
      rows: pieces.map(({ title, reason }, index) => [
        `第 ${index + 1} 份`,
        `${title}（${reason}）`,
        me.leadPage(one.id),
      ]),
      links: [['打开侧边栏，一键发送', me.leadPage(one.id)]],
      url: me.leadPage(one.id),
    })
  },
})
