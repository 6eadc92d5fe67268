import type { Agenda } from '../leads/agenda.ts'
import type { Chore } from '../reports/today.ts'
import type { Card } from './card.ts'

export interface Pages {
  /** Pages of ours a card may lead to. */
  leadPage(leadId: string): string
  consolePage(path: string): string
}

/** What waits in a reach for those whose work that is; what a rep finds in his own agenda is not said twice. */
const choreWords: Partial<Record<Chore, readonly [name: string, says: string, path: string]>> = {
  'review-late': ['审核超时', '条线索过了审核时限', '/review'],
  'review-waiting': ['等审核', '条线索在审核队列里', '/review'],
  'contact-late': ['首联超时', '条线索接单后还没有人联系', '/leads'],
  'message-unknown': ['结果不明', '条消息要人看一眼', '/messages'],
  'event-failed': ['事件出错', '件事件没有处理成', '/operations'],
}

export interface Day {
  agenda: Agenda
  chores: readonly { chore: Chore; count: number }[]
}

/** How many things wait in a day. */
export const thingsOf = (day: Day, pages: Pages): number => linesOf(day, pages).length

/** A member's day as a card, most pressing first: what only he can do, then what waits in his reach, then what is good to know. */
export function dayCard(day: Day, pages: Pages & { userid: string }, greeting = ''): Card {
  const rows = linesOf(day, pages)
  const { groupSends } = day.agenda
  const more = rows.length > 6 ? '，先列 6 件' : ''
  return {
    title: rows.length === 0 ? `${greeting}今天没有等您的事` : `${greeting}今天有 ${rows.length} 件事${more}`,
    about: groupSends > 0 ? `有 ${groupSends} 个群发等您在「群发助手」里点发送` : '',
    rows,
    url: pages.consolePage(`/leads?owner=${pages.userid}`),
  }
}

type Line = readonly [name: string, value: string, url: string]

function linesOf({ agenda, chores }: Day, { leadPage, consolePage }: Pages): Line[] {
  const { offers, contacts, tasks, stale, readers, groupSends, todos } = agenda
  const who = ({ name, company }: { name: string; company: string | null }) =>
    [name || '未留姓名', company].filter(Boolean).join(' · ')
  return [
    ...offers.map((one): Line => ['接单', who(one), leadPage(one.leadId)]),
    ...contacts.map((one): Line => ['首次联系', who(one), leadPage(one.leadId)]),
    ...chores.flatMap(({ chore, count }): Line[] => {
      const words = choreWords[chore]
      return words ? [[words[0], `${count} ${words[1]}`, consolePage(words[2])]] : []
    }),
    ...tasks.map(
      (one): Line => [
        '待办',
        [one.text, one.name].filter(Boolean).join(' · '),
        one.leadId ? leadPage(one.leadId) : consolePage('/'),
      ],
    ),
    ...(todos > 0 ? [['待发送', `${todos} 条内容等您发给客户`, consolePage('/')] as const] : []),
    ...(groupSends > 0 ? [['群发', `${groupSends} 个群发等您确认`, consolePage('/messages')] as const] : []),
    ...readers.map((one): Line => ['刚读过', `${one.name || '未留姓名'}《${one.title}》`, leadPage(one.leadId)]),
    ...stale.map((one): Line => ['该跟进', who(one), leadPage(one.leadId)]),
  ]
}
