import { defineSkill } from '../../src/define.ts'

/** 找 张三: who he is, how far along, who has him; several are listed. */
export default defineSkill({
  speaker: 'staff',
  order: 20,
  hears: [/^(?:找|查|搜|谁是)\s*(?<who>.{1,60})$/],
  async answer({ match, colleague, say, show }) {
    const who = match.groups?.who?.trim() ?? ''
    const me = await colleague()
    const found = await me.find(who)
    const [one] = found
    if (!one) return say({ text: `在您的范围内没有找到「${who}」。可以试试公司名，或完整的手机号。` })
    if (found.length > 1)
      return show({
        title: `「${who}」找到 ${found.length} 位`,
        about: '点名字打开',
        rows: found.map(({ id, name, company, stage }) => [
          stage,
          [name || '未留姓名', company].filter(Boolean).join(' · '),
          me.leadPage(id),
        ]),
        url: me.consolePage(`/leads?q=${encodeURIComponent(who)}`),
      })
    return show({
      title: `${one.name || '未留姓名'}${one.title ? ` · ${one.title}` : ''}`,
      about: one.company ?? '',
      rows: [
        ['阶段', me.stageName(one.stage)],
        ['评分', `${one.score.grade} · ${Math.round(one.score.total)} 分`],
        ['负责人', one.owner ?? '无人负责'],
        ...(one.marketing === 'denied' ? ([['营销', '已退订']] as const) : []),
        ...(one.tags.length > 0 ? ([['标签', one.tags.map(({ name }) => name).join('、')]] as const) : []),
      ],
      links: [['打开侧边栏', me.leadPage(one.id)]],
      url: me.leadPage(one.id),
    })
  },
})
