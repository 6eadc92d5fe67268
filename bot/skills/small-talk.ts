import { defineSkill } from '../../src/define.ts'

/** 谢谢, 好的, 嗯: nothing to answer. */
export default defineSkill({
  speaker: 'customer',
  order: 71,
  hears: [
    /^(?:(?:谢谢|多谢|感谢|辛苦|好|好的|好滴|行|可以|嗯+|哦+|噢+|收到|知道了?|明白了?|了解|没事|不用|ok|okay|thanks?|thx)[\s,，。.!！~～了啦哈呢您你们]*)+$/i,
  ],
  async answer() {},
})
