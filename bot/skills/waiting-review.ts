import { defineSkill } from '../../src/define.ts'

/** 待审核: how long the queue is, and who is first. */
export default defineSkill({
  automatic: { name: '待审核', does: '同事发「待审核」，说队列有多长。', off: '同事要到控制台里看队列。' },
  speaker: 'staff',
  order: 19,
  hears: [/^.{0,6}(待审核?|没审|未审核?|审核)(的|线索|队列|列表|池|情况)*$/, /^(队列|(review )?queue|review)$/i],
  sounds: ['待审核', '审核', '待审核队列'],
  async answer({ colleague, say, show }) {
    const me = await colleague()
    if (!me.roles.some((role) => ['admin', 'manager', 'mdr', 'sdr'].includes(role)))
      return say({ text: '审核由 MDR 处理。说「今天」看您自己的事。' })
    const { count, late, first } = await me.waiting()
    return show({
      title: count === 0 ? '审核队列是空的' : `${count} 条待审${late > 0 ? `，${late} 条已超时` : ''}`,
      about: count === 0 ? '有新线索会告诉您' : '举手的、快到时限的在前',
      rows: first.map(({ leadId, name, company, why }) => [
        [...(name || '未留姓名')].slice(0, 5).join(''),
        [why, company].filter(Boolean).join(' · ') || '待审',
        me.consolePage(`/leads/${leadId}`),
      ]),
      url: me.consolePage('/review'),
    })
  },
})
