import { defineSkill } from '../../src/define.ts'

/** 今天: what waits for you, most pressing first. */
export default defineSkill({
  speaker: 'staff',
  order: 20,
  hears: [/^(今天|今日|待办|我的待办|我的线索|日程)[\s。！!]*$/],
  async answer({ colleague, show }) {
    const me = await colleague()
    const { offers, contacts, stale, readers, groupSends } = await me.agenda()
    const line = ({ name, company }: { name: string; company: string | null }) =>
      [name || '未留姓名', company].filter(Boolean).join(' · ')
    const rows = [
      ...offers.map((one) => ['接单', line(one), me.leadPage(one.leadId)] as const),
      ...contacts.map((one) => ['首次联系', line(one), me.leadPage(one.leadId)] as const),
      ...readers.map(
        (one) => ['刚读过', `${one.name || '未留姓名'}《${one.title}》`, me.leadPage(one.leadId)] as const,
      ),
      ...stale.map((one) => ['该跟进', line(one), me.leadPage(one.leadId)] as const),
    ]
    const more = rows.length > 6 ? `，先列 6 件` : ''
    await show({
      title:
        rows.length === 0 && groupSends === 0
          ? '今天没有等您的事'
          : `今天有 ${rows.length + (groupSends > 0 ? 1 : 0)} 件事${more}`,
      about: groupSends > 0 ? `还有 ${groupSends} 个群发等您在「群发助手」里点发送` : '',
      rows,
      url: me.consolePage(`/leads?owner=${me.userid}`),
    })
  },
})
