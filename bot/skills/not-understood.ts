import { defineSkill } from '../../src/define.ts'
import { foundCard } from '../../src/skills/found-card.ts'

/** Whatever is no command: a name of his by itself is looked up, anything else is said not to be understood. */
export default defineSkill({
  speaker: 'staff',
  order: 99,
  hears: [/^[\s\S]*$/],
  async answer({ text, colleague, say, show }) {
    const me = await colleague()
    const words = text.trim()
    if (words === '') return say({ text: '图片、语音和文件我看不懂，请用文字说；能说什么，回复「帮助」。' })
    const found = [...words].length >= 2 && words.length <= 20 ? await me.find(words) : []
    if (found.length > 0) return show(foundCard(me, words, found))
    return say({
      text: `没听懂「${[...words].slice(0, 20).join('')}」。可以说：今天、找 张三、推荐 张三、记 张三 已演示、请假到周三；全部说法回复「帮助」。`,
    })
  },
})
