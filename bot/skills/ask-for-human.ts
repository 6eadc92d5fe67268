import { defineSkill } from '../../src/define.ts'

/** 人工: a person is promised with a time, and called. */
export default defineSkill({
  speaker: 'customer',
  order: 3,
  menu: 'human',
  hears: [/人工|转人工|真人|有人吗|找.{0,4}(人聊|客服|销售|顾问|人$)/],
  async answer({ text, callHuman, note, say }) {
    const promised = await callHuman(`客户说：${text.slice(0, 60)}`)
    await note('human_request', { asked: text.slice(0, 200) })
    await say({ words: promised.again ? 'kf-human-again' : 'kf-human', variables: { promised } })
  },
})
