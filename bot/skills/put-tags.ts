import { defineSkill } from '../../src/define.ts'
import { oneMeant } from '../../src/skills/meant.ts'

/** 标签 张三 降本 交期: puts tags of the house on the one meant; a word that is none of them is said, and nothing is made up. */
export default defineSkill({
  speaker: 'staff',
  order: 14,
  hears: [
    /^(?:打|加|贴)?(?:上)?标签[\s,，:：]*(?<who>[^\s,，:：、]{1,40})[\s,，:：、]+(?<tags>.{1,200})$/,
    /^给\s*(?<who>[^\s,，:：、]{1,40}?)\s*[打加贴](?:上)?(?:标签)?[\s,，:：、]+(?<tags>.{1,200})$/,
  ],
  async answer({ match, colleague, say }) {
    const { who = '', tags = '' } = match.groups ?? {}
    const me = await colleague()
    const { lead, unclear } = oneMeant(await me.find(who), who)
    if (!lead) return say({ text: `没有打标签：${unclear}` })
    const { put, unknown, known } = await me.tag(lead.id, tags.split(/[\s,，、;；]+/).filter(Boolean))
    const done = put.length > 0 ? `已给${lead.name || '他'}打上：${put.join('、')}。` : '没有打标签。'
    const rest =
      unknown.length > 0
        ? `没有「${unknown.join('」「')}」这样的标签，可以用的有：${known.slice(0, 40).join('、')}。`
        : ''
    return say({ text: `${done}${rest}` })
  },
})
