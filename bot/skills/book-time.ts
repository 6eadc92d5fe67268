import { defineSkill } from '../../src/define.ts'
import { moreAfter } from '../../src/skills/meetings.ts'

/** 约个时间, 改约: free times to tap on; a tap books, and moves what was booked before. */
export default defineSkill({
  speaker: 'customer',
  order: 8,
  menu: 'book',
  hears: [/预约|约个?(时间|会|见面)|改约|改期|改(个|下|一下)?时间|换(个|一个)?时间|另约/],
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
