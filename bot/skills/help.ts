import { defineSkill } from '../../src/define.ts'

/** What one can say to the app. */
export default defineSkill({
  automatic: { name: '帮助', does: '同事发「帮助」，列出能说什么。', off: '同事问不到能说什么。' },
  speaker: 'staff',
  order: 90,
  hears: [
    /^(帮助|帮忙|help|[?？]+|菜单|功能|指令|命令|(使用)?说明|新手|怎么(用|使用|玩)|你?(能|会|可以)(做|干)?(什么|啥|嘛|些什么)|有(什么|哪些|啥)(功能|指令|命令))(一下)?$/i,
    /^(你好|您好|hi|hey|hello|在吗|在么)[\s啊呀]*$/i,
  ],
  sounds: ['帮助'],
  async answer({ say }) {
    await say({ words: 'staff-help' })
  },
})
