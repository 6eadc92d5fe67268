import { defineSkill } from '../../src/define.ts'

/** 你好: what one can ask here, to tap on. */
export default defineSkill({
  speaker: 'customer',
  order: 70,
  hears: [
    /^(?:(?:您好|你好|哈喽|嗨|早上好|上午好|下午好|晚上好|早|hi|hello|在吗|在不在|在么)[\s,，。.!！?？~～啊呀哈]*)+$/i,
  ],
  async answer({ say }) {
    await say({ words: 'kf-greeting' })
  },
})
