import { cutCharacters } from '../cut-characters.ts'
import type { Sql } from '../db.ts'

/**
 * The card somebody is called by (template_card, button_interaction: developer.work.weixin.qq.com/document/path/90236). Its
 * button's key begins `take:`.
 */
export async function promiseCard(
  sql: Sql,
  {
    id,
    leadId,
    why,
    words,
    openKfId,
    due,
  }: { id: string; leadId: string; why: string; words: string; openKfId: string | null; due: string },
): Promise<Record<string, unknown>> {
  const [lead] = await sql.query<{ name: string; company: string | null }>(
    'SELECT name, company FROM leads WHERE id = lead_root($1)',
    [leadId],
  )
  const [account] = await sql.query<{ name: string }>(
    "SELECT name FROM kf_accounts WHERE open_kfid = $1 AND name <> ''",
    [openKfId],
  )
  const lines: [string, string | undefined][] = [
    ['请回复', `${due} 前`],
    ['在哪里', account?.name],
  ]
  return {
    card_type: 'button_interaction',
    source: { desc: '客户在等您' },
    main_title: {
      title: cutCharacters(lead?.name || '客服里的一位客户', 26),
      desc: cutCharacters(lead?.company || why, 30),
    },
    sub_title_text: cutCharacters(words || why, 112),
    horizontal_content_list: lines.flatMap(([keyname, value]) =>
      value ? [{ keyname, value: cutCharacters(value, 26) }] : [],
    ),
    button_list: [{ text: '我来回', style: 1, key: `take:${id}` }],
  }
}
