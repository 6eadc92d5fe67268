import type { LeadView } from '../leads/read.ts'
import type { Card } from './card.ts'
import type { Colleague } from './colleague.ts'

/** Who was found, as a card: one with how far along he is and who has him, several as a list. */
export function foundCard(me: Colleague, who: string, found: readonly LeadView[]): Card {
  const [one] = found
  if (!one || found.length > 1)
    return {
      title: `「${who}」找到 ${found.length} 位`,
      about: '点名字打开',
      rows: found.map(({ id, name, company, stage }) => [
        stage,
        [name || '未留姓名', company].filter(Boolean).join(' · '),
        me.leadPage(id),
      ]),
      url: me.consolePage(`/leads?q=${encodeURIComponent(who)}`),
    }
  return {
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
  }
}
