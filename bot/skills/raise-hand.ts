import { defineSkill } from '../../src/define.ts'

/**
 * Asking for a demo, a trial or a price is raising a hand: the review desk, or whoever has the lead, hears at once. What the
 * library knows of it is said meanwhile.
 */
export default defineSkill({
  speaker: 'customer',
  order: 10,
  always: true,
  hears: [/演示|试用|demo|(?<price>报价|价格|多少钱|怎么收费|费用)/i],
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
