import { defineSkill } from '../../src/define.ts'

/** 人工: a person is called, and the customer is told when one answers. */
export default defineSkill({
  speaker: 'customer',
  order: 2,
  menu: 'human',
  hears: [/人工|转人工|真人|有人吗|找.{0,4}(客服|销售|顾问)/],
  async answer({ text, callHuman, note, say }) {
    await callHuman(`客户说：${text.slice(0, 60)}`)
    await note('human_request', { asked: text.slice(0, 200) })
    await say({ words: 'kf-human' })
  },
})
