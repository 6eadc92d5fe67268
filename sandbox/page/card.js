import { act, openLink } from './app.js'
import { h, link, rich, time } from './dom.js'

/** A message of the app, cards with working buttons included. */
export function appMessage(item, userid, now) {
  const { msgtype, content } = item
  const inner =
    msgtype === 'template_card'
      ? templateCard(item, userid)
      : msgtype === 'textcard'
        ? textCard(content)
        : msgtype === 'news'
          ? news(content)
          : plain(msgtype, content)
  return h(
    'div',
    { class: msgtype === 'text' || msgtype === 'markdown' ? 'bubble' : 'bubble flat' },
    inner,
    h('small', null, time(item.at, now)),
  )
}

function plain(msgtype, content) {
  if (msgtype === 'text') return h('p', { class: 'said' }, rich(content.content ?? '', openLink))
  if (msgtype === 'markdown') return markdown(content.content ?? '')
  return h(
    'p',
    { class: 'said' },
    `［${{ image: '图片', file: '文件', video: '视频', voice: '语音' }[msgtype] ?? msgtype}］`,
  )
}

/** The subset WeCom draws: headings, bold, quotes, links, coloured words. */
function markdown(text) {
  const inline = (line) => {
    const out = []
    let from = 0
    for (const match of line.matchAll(
      /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]+)\)|<font color="(\w+)">(.*?)<\/font>|`([^`]+)`/g,
    )) {
      out.push(line.slice(from, match.index))
      if (match[1]) out.push(h('b', null, match[1]))
      else if (match[2]) out.push(link(match[3], match[2], openLink))
      else if (match[4]) out.push(h('span', { class: `font-${match[4]}` }, match[5]))
      else out.push(h('code', null, match[6]))
      from = match.index + match[0].length
    }
    out.push(line.slice(from))
    return out
  }
  return h(
    'div',
    { class: 'markdown' },
    text.split('\n').map((line) => {
      const heading = /^#{1,6}\s+(.*)/.exec(line)
      if (heading) return h('h4', null, inline(heading[1]))
      const quote = /^>\s?(.*)/.exec(line)
      return quote ? h('blockquote', null, inline(quote[1])) : h('p', null, inline(line))
    }),
  )
}

function textCard(content) {
  return h(
    'article',
    { class: 'card' },
    h('h4', null, content.title),
    h('p', null, content.description?.replace(/<[^>]+>/g, ' ')),
    h('footer', null, link(content.url, content.btntxt ?? '详情', openLink)),
  )
}

function news(content) {
  return h(
    'article',
    { class: 'card' },
    (content.articles ?? []).map((article) => [
      h('h4', null, link(article.url, article.title, openLink)),
      article.description ? h('p', null, article.description) : null,
    ]),
  )
}

function templateCard({ msgid, content: card, receiver }, userid) {
  const chosen = {}
  const replaced = receiver.replaceName ?? (receiver.card ? card.replace_text : null)
  const press = (key, label) => act('staffPresses', { userid, msgid, key, selected: chosen }, `已点「${label}」`)
  const selects = [card.button_selection, ...(card.select_list ?? []), card.checkbox].filter(Boolean)
  return h(
    'article',
    { class: 'card' },
    card.source?.desc ? h('small', { class: 'source' }, card.source.desc) : null,
    card.card_image?.url ? h('img', { src: card.card_image.url, alt: '' }) : null,
    card.main_title?.title ? h('h4', null, card.main_title.title) : null,
    card.main_title?.desc ? h('p', null, card.main_title.desc) : null,
    card.emphasis_content
      ? h(
          'div',
          { class: 'emphasis' },
          h('b', null, card.emphasis_content.title),
          h('small', null, card.emphasis_content.desc),
        )
      : null,
    card.quote_area
      ? h(
          'blockquote',
          null,
          card.quote_area.title ? h('b', { class: 'quote-title' }, card.quote_area.title) : null,
          card.quote_area.quote_text,
        )
      : null,
    card.sub_title_text ? h('p', { class: 'said' }, card.sub_title_text) : null,
    (card.horizontal_content_list ?? []).length
      ? h(
          'dl',
          null,
          card.horizontal_content_list.flatMap((row) => [
            h('dt', null, row.keyname),
            h('dd', null, row.type === 1 && row.url ? link(row.url, row.value, openLink) : row.value),
          ]),
        )
      : null,
    (card.vertical_content_list ?? []).map((row) => h('p', null, h('b', null, row.title), ` ${row.desc ?? ''}`)),
    (card.jump_list ?? []).map((jump) =>
      h('p', { class: 'jump' }, jump.url ? link(jump.url, jump.title, openLink) : jump.title),
    ),
    replaced ? null : selects.map((select) => selection(select, receiver, chosen)),
    replaced
      ? h('footer', null, h('button', { disabled: true }, replaced))
      : h(
          'footer',
          null,
          (card.button_list ?? []).map((button) =>
            button.type === 1
              ? h('button', { onclick: (event) => openLink(event, button.url) }, button.text)
              : h(
                  'button',
                  {
                    class: `style-${button.style ?? 1}`,
                    disabled: receiver.pressed.includes(button.key),
                    onclick: () => press(button.key, button.text),
                  },
                  button.text,
                ),
          ),
          card.submit_button
            ? h(
                'button',
                {
                  class: 'style-1',
                  disabled: receiver.pressed.includes(card.submit_button.key),
                  onclick: () => press(card.submit_button.key, card.submit_button.text),
                },
                card.submit_button.text,
              )
            : null,
          card.card_action?.url && !card.button_list ? link(card.card_action.url, '查看详情', openLink) : null,
        ),
    card.action_menu
      ? h(
          'div',
          { class: 'corner' },
          card.action_menu.action_list.map((action) =>
            h('button', { class: 'text', onclick: () => press(action.key, action.text) }, action.text),
          ),
        )
      : null,
  )
}

function selection(select, receiver, chosen) {
  const options = select.option_list ?? []
  const held = receiver.selected?.[select.question_key]?.[0] ?? select.selected_id ?? options[0]?.id
  const box = h(
    'select',
    {
      'aria-label': select.title ?? '选择',
      onchange: (event) => {
        chosen[select.question_key] = event.target.value
      },
    },
    options.map((option) => h('option', { value: option.id, selected: option.id === held }, option.text)),
  )
  if (held) chosen[select.question_key] = held
  return h('label', { class: 'row' }, h('small', null, select.title ?? ''), box)
}
