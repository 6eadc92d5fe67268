import { cutCharacters } from '../cut-characters.ts'
import type { House } from '../house.ts'
import { leadPage } from '../leads/lead-page.ts'

/** How words of the house are a card: where a tap leads, absent to the lead; and what its buttons say, by the name of their press. */
export interface CardWords {
  opens?: string | undefined
  /** Each is the name of a file in `handlers/wecom/template_card_event/`. */
  presses: Record<string, string>
}

/**
 * A notice that asks to be answered (template_card, button_interaction: developer.work.weixin.qq.com/document/path/90236). Which
 * notice was answered is told by the card's task_id, so the keys of its buttons are the names of the presses alone.
 */
export function noticeCard(
  house: Pick<House, 'config'>,
  notice: CardWords & {
    title: string
    text: string
    lead: { id: string; name: string; company: string | null } | null
  },
): Record<string, unknown> {
  const { title, text, lead, opens, presses } = notice
  const url = opens ? `${house.config.publicUrl}${opens}` : lead ? leadPage(house, lead.id) : null
  const whom = lead ? [lead.name || '未留姓名', lead.company].filter(Boolean).join(' · ') : ''
  return {
    card_type: 'button_interaction',
    main_title: { title: cutCharacters(title, 26), ...(whom ? { desc: cutCharacters(whom, 30) } : {}) },
    sub_title_text: cutCharacters(text, 112),
    ...(url ? { card_action: { type: 1, url } } : {}),
    button_list: Object.entries(presses).map(([key, says], place) => ({
      text: says,
      style: place === 0 ? 1 : 3,
      key,
    })),
  }
}
