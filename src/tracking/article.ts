import markdownIt from 'markdown-it'

/** A piece as its page shows it. */
export interface Article {
  /** Safe markup: whatever was HTML in the text is shown as text. */
  html: string
  /** Plain words for the card the page is forwarded as. */
  summary: string
  /** Time it takes to read. */
  minutes: number
  /** Origins its pictures come from. */
  images: string[]
}

const markdown = markdownIt({ html: false, linkify: false, typographer: false, breaks: true, maxNesting: 20 })
// The title of the page is its only first heading.
for (const rule of ['heading_open', 'heading_close'])
  markdown.renderer.rules[rule] = (tokens, index, options, _env, self) => {
    const token = tokens[index]
    if (token) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`
    return self.renderToken(tokens, index, options)
  }

const perMinute = 300
const summaryLength = 80

/** Makes a page's text of Markdown. Lines that begin with `·`, as people type lists into WeChat, are a list. */
export function renderArticle(text: string): Article {
  const source = text.replace(/^[ \t]*[·•][ \t]*/gm, '- ')
  const images = new Set<string>()
  const tokens = markdown.parse(source, {})
  for (const token of tokens.flatMap((block) => block.children ?? []))
    if (token.type === 'image') {
      const origin = originOf(String(token.attrGet('src') ?? ''))
      if (origin) images.add(origin)
      token.attrSet('loading', 'lazy')
    } else if (token.type === 'link_open') token.attrSet('rel', 'noopener nofollow')
  const words = tokens
    .filter(({ type }) => type === 'inline')
    .flatMap(({ children }) => children ?? [])
    .map(({ type, content }) => (type === 'softbreak' || type === 'hardbreak' ? ' ' : type === 'image' ? '' : content))
    .join('')
  return {
    html: markdown.renderer.render(tokens, markdown.options, {}),
    summary: [...words.replace(/\s+/g, ' ').trim()].slice(0, summaryLength).join(''),
    minutes: Math.max(1, Math.ceil([...words].length / perMinute)),
    images: [...images],
  }
}

/** Pictures come over https, or from this machine. */
function originOf(address: string): string | null {
  try {
    const { protocol, origin } = new URL(address)
    return protocol === 'https:' ? origin : null
  } catch {
    return null
  }
}
