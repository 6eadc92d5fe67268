import { cutBytes } from '../cut-bytes.ts'
import type { House } from '../house.ts'
import type { Attachment, Menu, Rendered } from './channel.ts'
import type { LeadFacts } from './facts.ts'
import { noticeCard } from './notice-card.ts'
import { renderWords, type Variables } from './render.ts'
import type { Chosen } from './words.ts'

/** What goes along with the words. A file gets WeCom's own name for it when it leaves: that name lives three days. */
function hang({ config }: Pick<House, 'config'>, { title, url, plain, cover, carries }: Chosen): Attachment[] {
  if (carries) {
    const { kind, file, appId, page } = carries
    return [{ kind, title, ...(file ? { file } : {}), ...(appId && page ? { appId, page } : {}) }]
  }
  if (!url) return []
  const described = plain && plain !== title ? { description: plain } : {}
  const pictured = cover ? { picUrl: `${config.contentUrl}/c/f/${cover}/cover`, file: cover } : {}
  return [{ kind: 'link', title, url, ...described, ...pictured }]
}

const widestText = 4000
const widestBeside = 1500

/** The first paragraph: it goes with the link when nobody wrote other words for that. */
const opening = (body: string): string => body.trim().split(/\n\s*\n/)[0] ?? ''

/** Puts the words together as the first of `ways` will carry them. */
export function compose(
  house: House,
  chosen: Chosen,
  variables: Variables,
  { card, menu: wanted }: { card?: Record<string, unknown> | undefined; menu?: Menu | undefined },
  lead: LeadFacts | null,
  ways: readonly string[],
): Rendered {
  const menu = wanted ?? menuOf(chosen)
  const channels = ways.map((name) => house.shelves.channels.get(name))
  const [channel] = channels
  // A link may have to stand in the text itself.
  const most = Math.min(channel?.textBytes ?? widestText, chosen.hasPage ? widestBeside : widestText)
  // With a link the short words go along; the long ones are behind it. The same where the long ones would be cut.
  const isShort = chosen.say && (chosen.url || Buffer.byteLength(chosen.body) > most)
  const body = isShort ? chosen.say : chosen.hasPage && chosen.url ? opening(chosen.body) : chosen.body
  const say = (values: Variables): string => {
    if (chosen.literal) return cutBytes(chosen.body.trim(), most)
    const { text, fault } = renderWords({ body, plain: chosen.plain }, values, most)
    if (fault) {
      const { contentId, version } = chosen
      house.log.warn({ contentId, version, fault }, 'template fell back to its plain line')
    }
    return text
  }
  const { lead: _lead, need: _need, source: _source, ...nobody } = variables
  const attachments = hang(house, chosen)
  const text = say(variables)
  const asked = card ?? (chosen.card && noticeCard(house, { ...chosen.card, title: chosen.title, text, lead }))
  return {
    text: menu && !channel?.menus ? cutBytes(`${text}\n${numbered(menu)}`, most) : text,
    ...(channels.some((way) => way?.merge) && !chosen.literal ? { shared: say(nobody) } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(asked ? { card: asked } : {}),
    ...(menu ? { menu } : {}),
  }
}

/** Lines of words of the house: a tap on one is as if it had been written. */
const menuOf = ({ menu }: Chosen): Menu | undefined =>
  menu.length > 0 ? { lines: menu.map((text, index) => ({ id: `say:${index}`, text })) } : undefined

const numbered = ({ lines, tail }: Menu): string =>
  [...lines.map(({ text }, index) => `${index + 1}. ${text}`), ...(tail ? [tail] : [])].join('\n')
