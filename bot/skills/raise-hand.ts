import { defineSkill } from '../../src/define.ts'

/**
 * Asking for a demo, a trial or a price is raising a hand: the review desk, or whoever has the lead, hears at once. What the
 * library knows of it is said meanwhile.
 */
export default defineSkill({
  automatic: {
    name: '听出主动要求',
    does: '要演示、要报价的话记为举手，马上送审、叫人。',
    off: '举手要人自己听出来，不会马上送审。',
  },
  speaker: 'customer',
  order: 10,
  always: true,
  hears: [
    /(?<price>报价|报个价|询个?价|价格|价钱|价位|什么价|啥价|多少钱|怎么(收费|卖)|收费标准|费用|贵不贵|便宜[点些]|优惠|折扣|\b(pric(e|es|ing)|quote|quotation|how much|cost)\b)/i,
    /演示|试用|\bdemo|demo\b|\btrial\b|看看?你?们?的?产品/i,
  ],
  sounds: ['报价', '要报价', '价格', '多少钱', '怎么收费', '怎么卖', '演示', '看演示'],
  async answer({ text, match, served, find, note, callHuman, say }) {
    const type = match.groups?.price ? 'quote_request' : 'demo_request'
    if (served) return note(type, { asked: text.slice(0, 200) })
    const promised = await callHuman(`客户问：${text.slice(0, 60)}`)
    await note(type, { asked: text.slice(0, 200) })
    const { sure } = await find()
    if (sure) await say({ answer: sure })
    if (!promised.again) await say({ words: 'kf-human', variables: { promised } })
    else if (!sure) await say({ words: 'kf-human-again', variables: { promised } })
  },
})
