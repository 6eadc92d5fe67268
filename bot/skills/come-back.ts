import { defineSkill } from '../../src/define.ts'

/** 回来: new leads are offered again. */
export default defineSkill({
  speaker: 'staff',
  order: 20,
  hears: [/^(我)?(回来|上班|销假|回来了)(了)?[\s。！!]*$/],
  async answer({ colleague, say }) {
    const me = await colleague()
    await me.away(null)
    await say({ text: '欢迎回来，新线索会照常派给您。说「今天」看有什么等着。' })
  },
})
