/** An element with its attributes, listeners (`onclick`) and children; strings become text, null and false vanish. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || (value === false && !name.startsWith('aria-'))) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'value') element.value = value
    else if (name.startsWith('aria-')) element.setAttribute(name, String(value))
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

const drafts = new Map()

/** A text field whose half-written words survive a redraw. `key` names it. */
export function field(key, props, onSubmit) {
  const input = h('input', { ...props, 'data-key': key, value: drafts.get(key) ?? '' })
  input.addEventListener('input', () => drafts.set(key, input.value))
  if (onSubmit)
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing || !input.value.trim()) return
      const { value } = input
      drafts.delete(key)
      input.value = ''
      onSubmit(value.trim())
    })
  return input
}

export const draft = (key) => drafts.get(key) ?? ''
export const forget = (key) => drafts.delete(key)

const drawn = new WeakMap()

/** Redraws `place` when what it shows changed; keeps focus, cursor and scroll positions. */
export function draw(place, facts, content) {
  const mark = JSON.stringify(facts)
  if (drawn.get(place) === mark) return
  drawn.set(place, mark)
  const active = document.activeElement?.getAttribute('data-key')
  const cursor = document.activeElement?.selectionStart
  const scrolls = new Map()
  for (const item of place.querySelectorAll('[data-scroll]')) {
    const atEnd = item.scrollHeight - item.scrollTop - item.clientHeight < 60
    scrolls.set(
      item.getAttribute('data-scroll'),
      atEnd && item.hasAttribute('data-end') ? Number.POSITIVE_INFINITY : item.scrollTop,
    )
  }
  const opened = new Set(
    [...place.querySelectorAll('details[open][data-key]')].map((item) => item.getAttribute('data-key')),
  )
  place.replaceChildren(...[content()].flat().filter(Boolean))
  for (const item of place.querySelectorAll('details[data-key]'))
    if (opened.has(item.getAttribute('data-key'))) item.open = true
  for (const item of place.querySelectorAll('[data-scroll]')) {
    const top =
      scrolls.get(item.getAttribute('data-scroll')) ?? (item.hasAttribute('data-end') ? Number.POSITIVE_INFINITY : 0)
    item.scrollTop = Math.min(top, item.scrollHeight)
  }
  if (active) {
    const again = place.querySelector(`[data-key="${CSS.escape(active)}"]`)
    again?.focus({ preventScroll: true })
    if (cursor !== null && cursor !== undefined && again?.setSelectionRange) again.setSelectionRange(cursor, cursor)
  }
}

/** The next draw of everything happens even when nothing changed. */
export const forgetDrawn = (place) => drawn.delete(place)

// The company lives in China, whatever the browser's zone.
const shown24 = { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hour12: false }
const clockTime = new Intl.DateTimeFormat('zh-CN', shown24)
const dayTime = new Intl.DateTimeFormat('zh-CN', { ...shown24, month: 'numeric', day: 'numeric' })
const seconds = new Intl.DateTimeFormat('zh-CN', { ...shown24, second: '2-digit' })
const fullTime = new Intl.DateTimeFormat('zh-CN', { ...shown24, month: 'numeric', day: 'numeric', weekday: 'short' })

export const dateAndTime = (at) => fullTime.format(at)
export const time = (at, now) => (now - at < 72_000_000 ? clockTime : dayTime).format(at)
export const second = (at) => seconds.format(at)

/** A piece of text with its links made clickable; `<a href>` as WeCom allows it in app messages. */
export function rich(text, openLink, scan) {
  const pattern = /<a\s+href="([^"]+)"[^>]*>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"，。；！？、（）]+)/g
  const out = []
  let from = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) out.push(text.slice(from, match.index))
    const url = match[1] ?? match[3]
    out.push(scan?.(url) ?? link(url, match[2] ?? url, openLink))
    from = match.index + match[0].length
  }
  if (from < text.length) out.push(text.slice(from))
  return out
}

export const link = (url, label, openLink) => h('a', { href: url, onclick: (event) => openLink(event, url) }, label)
