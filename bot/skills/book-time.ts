import { defineSkill } from '../../src/define.ts'
import { moreAfter } from '../../src/skills/meetings.ts'

/** 约个时间, 改约: free times to tap on; a tap books, and moves what was booked before. */
export default defineSkill({
  automatic: {
    name: '约时间',
    does: '客户想约，就给几个空的时间让他点；改约也行。',
    off: '想约时间的话会当作普通问题处理。',
  },
  speaker: 'customer',
  order: 8,
  menu: 'book',
  hears: [
    /预约|约个?(时间|线上|视频|电话|会|见面)|约一下|改约|改期|改(个|下|一下)?时间|换(个|一个)?时间|另约/,
    /(想|能|可以|方便|跟|和)约(?!束)|(?<![大节合契条])约.{0,4}(顾问|销售|老师|聊)|什么时候.{0,2}(方便|有空)/,
    /\b(appointment|reschedule|(book|schedule|arrange) (a|an) (time|call|meeting|visit|slot))\b/i,
  ],
  sounds: ['预约', '约个时间', '约时间', '改约'],
  async answer({ pressed, meetings, callHuman, note, say }) {
    if (!meetings) return
    const tapped = pressed === null || moreAfter(pressed) ? null : await meetings.book(pressed)
    if (tapped) {
      await note('meeting_booked', { when: tapped.when, moved: tapped.moved })
      return say({ words: 'kf-booked', variables: { meeting: tapped } })
    }
    const isGone = pressed !== null && !moreAfter(pressed)
    const offered = await meetings.offer('book', moreAfter(pressed) ?? undefined)
    if (offered)
      return say({
        words: 'kf-times',
        variables: { person: offered.name, gone: isGone, meeting: (await meetings.next()) ?? {} },
        menu: offered.menu,
      })
    const promised = await callHuman('客户想约个时间')
    return say({ words: promised.again ? 'kf-human-again' : 'kf-human', variables: { promised } })
  },
})
