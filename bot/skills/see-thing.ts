import { defineSkill } from '../../src/define.ts'

/** A picture, a voice message, a file: a machine does not see what it is, a person does. */
export default defineSkill({
  automatic: {
    name: '图片和文件',
    does: '机器看不懂图片、语音、文件，请人来看。',
    off: '发来图片和文件时不会自动叫人。',
  },
  speaker: 'customer',
  order: 90,
  hears: [/^$/],
  async answer({ callHuman, say }) {
    const promised = await callHuman('客户发来图片、语音或文件，请看一眼')
    if (!promised.again) await say({ words: 'kf-thing', variables: { promised } })
  },
})
