import { cutCharacters } from '../cut-characters.ts'
import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import type { MessageRow } from './row.ts'

/**
 * The card a manager answers on (template_card, button_interaction: developer.work.weixin.qq.com/document/path/90236).
 * Keys of buttons begin `approve:` and `refuse:`.
 */
export async function approvalCard(
  sql: Sql,
  house: House,
  row: MessageRow & { rule: string; expiresAt: Date },
): Promise<Record<string, unknown>> {
  const { calendar } = await house.playbook.current()
  const [lead] = await sql.query<{ name: string; company: string | null }>(
    'SELECT name, company FROM leads WHERE id = lead_root($1)',
    [row.leadId],
  )
  const lines = [
    ['触到', row.rule],
    ['发件人', row.sender],
    ['请答复', `${calendar.say(row.expiresAt)} 前`],
  ]
  return {
    card_type: 'button_interaction',
    source: { desc: '消息待批' },
    main_title: { title: cutCharacters(lead?.name || '客户', 26), desc: cutCharacters(lead?.company ?? '', 30) },
    sub_title_text: cutCharacters(row.body.text, 112),
    horizontal_content_list: lines
      .filter(([, value]) => value)
      .map(([keyname, value]) => ({ keyname, value: cutCharacters(String(value), 26) })),
    button_list: [
      { text: '同意发送', style: 1, key: `approve:${row.id}` },
      { text: '不发', style: 3, key: `refuse:${row.id}` },
    ],
  }
}
