import { defineSkill } from '../../src/define.ts'

/** What one can say to the app. */
export default defineSkill({
  speaker: 'staff',
  order: 90,
  hears: [/^(帮助|help|\?|？|菜单)$/i],
  async answer({ say }) {
    await say({ words: 'staff-help' })
  },
})
