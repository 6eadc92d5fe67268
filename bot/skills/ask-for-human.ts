import { defineSkill } from '../../src/define.ts'

/** 人工: a person is promised with a time, and called. */
export default defineSkill({
  speaker: 'customer',
  order: 3,
  menu: 'human',
  hears: [
    /人工(?!智能|成本|费)|真人|活人|有(没有)?人在?[吗么没不]|有没有人|有客服|客服在/,
    /(不要|别用?|不想.{0,2}).{0,2}机器人|你是(不是)?.{0,2}(机器人|真人|AI)|[跟和与]人(聊|说|谈|讲|沟通)/i,
    /([找喊换]|联系).{0,4}(人聊|客服|销售(?!线索|额|数据|订单)|顾问|经理|老板|负责人)|[找换]个?人$/,
    /(叫|让|请(?!问)).{0,4}(客服|销售|顾问|经理|老板|负责人|个人).{0,2}(来|回|联系|说|聊|打)/,
    /\b(real|live) person\b|\b(speak|talk|chat) (to|with) (a|an|some|your)\b|customer service|^(an? )?(human|agent)( please)?$/i,
  ],
  sounds: ['人工', '转人工', '人工客服', '真人', '有人吗', '找客服'],
  async answer({ text, callHuman, note, say }) {
    const promised = await callHuman(`客户说：${text.slice(0, 60)}`)
    await note('human_request', { asked: text.slice(0, 200) })
    await say({ words: promised.again ? 'kf-human-again' : 'kf-human', variables: { promised } })
  },
})
