import { defineSkill } from '../../src/define.ts'
import { oneMeant } from '../../src/skills/meant.ts'

/** 推荐 张三: what to send him now, and why. */
export default defineSkill({
  automatic: { name: '推荐内容', does: '同事发「推荐 张三」，说现在发什么合适。', off: '同事要到侧边栏里看建议。' },
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
    const { lead: one, unclear } = oneMeant(await me.find(who), who)
    if (!one) return say({ text: unclear })
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
