import { defineSkill } from '../../src/define.ts'

/** A picture, a voice message, a file: a machine does not see what it is, a person does. */
export default defineSkill({
  speaker: 'customer',
  order: 90,
  hears: [/^$/],
  async answer({ callHuman, say }) {
    const promised = await callHuman('客户发来图片、语音或文件，请看一眼')
    if (!promised.again) await say({ words: 'kf-thing', variables: { promised } })
  },
})
