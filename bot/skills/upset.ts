import { defineSkill } from '../../src/define.ts'

/** Anger is met by a person, and whoever leads him hears at once. */
export default defineSkill({
  speaker: 'customer',
  order: 2,
  hears: [
    /投诉|举报|骗子|骗[钱人]|坑人|坑爹|太坑|忽悠|差评|曝光|起诉|律师函|12315|退钱|退款|赔偿|垃圾(?!处理|回收|分类|焚烧|桶|车)|太差|什么破|气死|生气|愤怒|不满意|敷衍|受够|没人(管|理|回)|态度.{0,4}(差|恶劣)/,
    /(到底|怎么|为什么).{0,12}(还不|还没|没有?人|不回|不理|不解决)|到底.{0,6}(解决|处理|回复?)|(天|周|星期|月|小时|上午|下午)了?.{0,4}没有?.{0,4}(处理|解决|回复?)/,
    /\b(complain(t|ts|ing)?|terrible|awful|scam|refund|unacceptable)\b/i,
  ],
  sounds: ['投诉', '要投诉', '投诉你们'],
  async answer({ text, callHuman, note, say }) {
    const promised = await callHuman(`客户不满意：${text.slice(0, 60)}`, { pressing: true })
    await note('negative_feedback', { said: text.slice(0, 200) })
    await say({ words: 'kf-sorry', variables: { promised } })
  },
})
