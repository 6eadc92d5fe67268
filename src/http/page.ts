import { createHash } from 'node:crypto'
import type { Context } from 'koa'

/** On every answer. The sidebar is the only page that may stand in a frame. */
export const securityHeaders: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
  ['Cache-Control', 'no-store'],
]

export interface Page {
  title: string
  /** Markup; what comes from people goes through {@link html} or {@link escapeHtml}. */
  body: string
  style?: string
  script?: string
  /** Origins images may come from besides this one. */
  images?: readonly string[]
  /** Paths of ours the script may call. */
  calls?: boolean
}

const face = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #667085; --line: #e3e6ec; --paper: #fff; --ground: #f5f6f8; --blue: #2a63d6 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #98a2b3; --line: #2d3442; --paper: #1a1f2a; --ground: #12161e; --blue: #7aa5ff } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 15px/1.7 -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
main { max-width: 440px; margin: 0 auto; padding: 48px 20px }
h1 { font-size: 20px; margin: 0 0 8px }
p { margin: 0 0 16px; color: var(--soft) }
a { color: var(--blue) }
button, input { font: inherit }
`

/** Answers with a whole small page whose styles and script are the only ones its policy lets run. */
export function sendPage(ctx: Context, page: Page, status = 200): void {
  const style = face + (page.style ?? '')
  const script = page.script
  ctx.status = status
  ctx.type = 'html'
  ctx.set(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      `style-src '${hash(style)}'`,
      ...(script ? [`script-src '${hash(script)}'`] : []),
      ...(page.calls ? ["connect-src 'self'"] : []),
      ["img-src 'self' data:", ...(page.images ?? [])].join(' '),
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  )
  ctx.body = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(page.title)}</title><style>${style}</style></head>
<body><main>${page.body}</main>${script ? `<script>${script}</script>` : ''}</body></html>`
}

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] as string)

/** A template whose values are escaped; arrays of ready markup are joined as they are. */
export function html(strings: TemplateStringsArray, ...values: (string | number | readonly string[])[]): string {
  return strings.reduce((text, part, index) => {
    const value = values[index - 1]
    return text + (typeof value === 'object' ? value.join('') : escapeHtml(String(value))) + part
  })
}
