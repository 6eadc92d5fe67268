import { cutCharacters } from '../cut-characters.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { gradeOf } from '../scoring/grade.ts'
import { intentAt } from '../scoring/intent.ts'

/**
 * The card a rep answers an offer with (template_card, button_interaction: developer.work.weixin.qq.com/document/path/90236).
 * Keys of buttons begin `accept:` and `decline:`; the reason of a decline is its selection.
 */
export async function offerCard(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  offer: { id: string; rule: string; due: Date },
): Promise<Record<string, unknown>> {
  const { playbook, calendar } = await house.playbook.current()
  const [score] = await tx.query<{ s: number; fit: number }>('SELECT s, fit FROM scores WHERE lead_id = $1', [lead.id])
  const intent = intentAt(score?.s ?? 0, house.clock.now(), playbook.score, calendar)
  const why = await tx.query<{ body: string }>(
    "SELECT body FROM notes WHERE lead_id = $1 AND kind = 'reason' ORDER BY at DESC LIMIT 1",
    [lead.id],
  )
  const rule = playbook.routing.rules.find(({ id }) => id === offer.rule)?.name ?? offer.rule
  const rows = [
    ['评分', gradeOf(score?.fit ?? 50, intent, playbook)],
    ['来源', [lead.lastSource?.channel, lead.lastSource?.campaign].filter(Boolean).join(' · ') || '企业微信'],
    ['行业', lead.industry],
    ['审核说明', why[0]?.body],
    ['派给您', rule],
    ['请答复', `${calendar.say(offer.due)} 前`],
  ]
  return {
    card_type: 'button_interaction',
    source: { desc: '新线索' },
    main_title: {
      title: cutCharacters(`${lead.name || '新客户'}${lead.title ? ` · ${lead.title}` : ''}`, 26),
      desc: cutCharacters(lead.company ?? '', 30),
    },
    horizontal_content_list: rows
      .filter(([, value]) => value)
      .map(([keyname, value]) => ({ keyname, value: cutCharacters(String(value), 26) })),
    button_selection: {
      question_key: 'reason',
      title: '若不接，原因是',
      option_list:
        playbook.reasons.decline?.options.slice(0, 10).map(({ id, name }) => ({ id, text: cutCharacters(name, 10) })) ??
        [],
    },
    button_list: [
      { text: '接受', style: 1, key: `accept:${offer.id}` },
      { text: '转给同事', style: 3, key: `decline:${offer.id}` },
    ],
  }
}
