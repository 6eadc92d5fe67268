import { defineSkill } from '../../src/define.ts'
import { foundCard } from '../../src/skills/found-card.ts'

/** 找 张三: who he is, how far along, who has him; several are listed. */
export default defineSkill({
  automatic: {
    name: '找客户',
    does: '同事发「找 张三」，说出他是谁、到哪一步、谁在跟。',
    off: '同事在应用里找不到客户。',
  },
  speaker: 'staff',
  order: 30,
  hears: [
    /^(?:查看|查找|查询|搜索|看看|打开|谁是|找|查|搜|看|find|search)(?:一?下|查)?(?:客户|线索)?[\s:]*(?<who>.{1,60})$/i,
    /^(?<who>.{1,40}?)(?:是谁|是哪位|的?(?:资料|情况|信息)|(?:是|现在)?什么情况)$/,
  ],
  async answer({ match, colleague, say, show }) {
    const who = match.groups?.who?.trim() ?? ''
    const me = await colleague()
    const found = await me.find(who)
    if (found.length === 0) return say({ text: `在您的范围内没有找到「${who}」。可以试试公司名，或完整的手机号。` })
    return show(foundCard(me, who, found))
  },
})
