import { defineSkill } from '../../src/define.ts'

/** Asking for a demo, a trial or a price is raising a hand: the review desk, or whoever has the lead, hears at once. */
export default defineSkill({
  speaker: 'customer',
  order: 10,
  hears: [/演示|试用|demo|(?<price>报价|价格|多少钱|怎么收费|费用)/i],
  async answer({ text, match, note, callHuman, say }) {
    await callHuman(`客户问：${text.slice(0, 60)}`)
    await note(match.groups?.price ? 'quote_request' : 'demo_request', { asked: text.slice(0, 200) })
    await say({ words: 'kf-human' })
  },
})
