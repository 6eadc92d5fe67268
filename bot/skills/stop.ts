import { defineSkill } from '../../src/define.ts'

/** 退订: one word is enough, in whatever polite sentence it stands, and it holds everywhere. */
export default defineSkill({
  speaker: 'customer',
  order: 1,
  always: true,
  hears: [
    /^(退订|取消订阅|(停止|关闭)(接收|推送|发送)(消息|信息|推送|广告)?|td|t|(please )?stop|unsubscribe( me)?( please)?|opt[ -]?out)(一下|了|谢谢)*$/i,
    /^你?们?(以后)?((不要|别)再?|[请勿]*勿)(给我)?(发|推送|发送|打扰|扰)(我|了|消息|讯息|信息|资料|广告|东西|内容|给我)*$/,
    /^不想再?(收到?|接收|看到)(你们)?的?(消息|讯息|信息|资料|广告|推送)?了?$/,
  ],
  sounds: ['退订', '取消订阅'],
  async answer({ optOut, note, say }) {
    await optOut()
    await note('unsubscribe')
    await say({ words: 'opt-out-done' })
  },
})
