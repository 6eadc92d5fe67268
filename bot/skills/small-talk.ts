import { defineSkill } from '../../src/define.ts'

/** 谢谢, 好的, 嗯: nothing to answer. */
export default defineSkill({
  automatic: { name: '听懂客套话', does: '「好的」「谢谢」不当作问题。', off: '客套话会当作普通问题处理。' },
  speaker: 'customer',
  order: 71,
  hears: [
    /^\P{L}*(?:(?:谢谢|多谢|谢|感谢|辛苦|好[的滴哒嘞吧]?|那?行|可以的?|嗯+|哦+|噢+|收到|知道了?|明白了?|了解|没事|没问题|没了|不用谢?|先这样|我?(?:再|先)?看看|再见|拜拜|bye|ok的?|okay|thank (?:you|u)|thanks?|thx)[\s,，。.!！~～了啦哈呢您你们]*)+$/iu,
  ],
  sounds: ['谢谢', '好的', '再见', '知道了', '不用了'],
  async answer() {},
})
