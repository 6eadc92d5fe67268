import { defineSkill } from '../../src/define.ts'

/** 退订: one word is enough, in whatever polite sentence it stands, and it holds everywhere. */
export default defineSkill({
  speaker: 'customer',
  order: 1,
  always: true,
  hears: [
    /^(请|请帮我|帮我|麻烦|我要|我想|我)?(退订|取消订阅|停止接收|停止推送|停止发送|td|t|stop|unsubscribe)(了|吧|谢谢)?[\s。.!！~]*$/i,
    /^(请|麻烦)?你?们?(以后)?(不要|别)再?(给我)?(发|推送|发送)(了|消息|信息|资料|广告|东西|内容|给我)*[\s。.!！~]*$/,
  ],
  async answer({ optOut, note, say }) {
    await optOut()
    await note('unsubscribe')
    await say({ words: 'opt-out-done' })
  },
})
