import { cutCharacters } from '../cut-characters.ts'

/** A card the app shows to a member; WeCom's limits are met by cutting, the rest of a name is one tap away. */
export interface Card {
  title: string
  about?: string
  /** A name and a value, the value leading somewhere when there is an address. WeCom shows six. */
  rows?: readonly (readonly [name: string, value: string, url?: string])[]
  /** Shown under the rows, up to three. */
  links?: readonly (readonly [title: string, url: string])[]
  /** Where a tap on the card leads. */
  url: string
}

const most = { title: 26, about: 30, rows: 6, name: 5, value: 26, links: 3, link: 13 }

/** As WeCom takes it (text_notice: https://developer.work.weixin.qq.com/document/path/90236). */
export function templateCard({ title, about = '', rows = [], links = [], url }: Card): Record<string, unknown> {
  return {
    card_type: 'text_notice',
    main_title: { title: cutCharacters(title, most.title), desc: cutCharacters(about, most.about) },
    horizontal_content_list: rows.slice(0, most.rows).map(([keyname, value, to]) => ({
      keyname: cutCharacters(keyname, most.name),
      value: cutCharacters(value, most.value),
      ...(to ? { type: 1, url: to } : {}),
    })),
    jump_list: links
      .slice(0, most.links)
      .map(([name, to]) => ({ type: 1, title: cutCharacters(name, most.link), url: to })),
    card_action: { type: 1, url },
  }
}

/** The same in one line each, for lists and for clients that show no cards. */
export const cardWords = ({ title, about, rows = [] }: Card): string =>
  [[title, about].filter(Boolean).join(' · '), ...rows.map(([name, value]) => `${name}：${value}`)].join('\n')
