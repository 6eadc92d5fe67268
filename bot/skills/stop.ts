import { defineSkill } from '../../src/define.ts'

/** 退订: one word is enough, and it holds everywhere. */
export default defineSkill({
  speaker: 'customer',
  order: 1,
  hears: [/^\s*(退订|停止接收|不要再发|别再发|取消订阅|td|stop)[\s。.!！]*$/i],
  async answer({ optOut, say }) {
    await optOut()
    await say({ words: 'opt-out-done' })
  },
})
