import { defineSkill } from '../../src/define.ts'

/** 你好: what one can ask here, to tap on; who has just been shown it hears that we are there. */
export default defineSkill({
  automatic: { name: '打招呼', does: '客户说你好，告诉他这里能问什么。', off: '打招呼的话没有人答。' },
  speaker: 'customer',
  order: 70,
  hears: [
    /^(?:(?:[您你妳大老][家板]?好|哈[喽啰罗]|嗨|嘿|喂|早上好|上午好|中午好|下午好|晚上好|早安|晚安|早|hi|hey|hello|打扰了?|在吗|在不在|在么|在(?=[?？]))[\s,，。.!！?？~～啊呀哈]*)+$/i,
  ],
  sounds: ['你好', '您好', '在吗'],
  async answer({ toldLately, say }) {
    await say({ words: (await toldLately('kf-greeting')) ? 'kf-here' : 'kf-greeting' })
  },
})
