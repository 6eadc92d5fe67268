import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from 'koa'
import type { House } from '../house.ts'
import { projectRoot } from '../root.ts'
import { type StopHolder, stopToken } from '../tracking/stop.ts'
import { escapeHtml, html } from './page.ts'
import { readVisitor } from './reader.ts'

/** A page for customers: read on a phone, in WeChat, at night. */
export interface CustomerPage {
  title: string
  /** For the card it is forwarded as. */
  description?: string
  /** Who speaks. */
  company: { short: string; name: string }
  /** Markup; what comes from people was escaped. */
  main: string
  /** Token of 停止接收, with which every page ends; null: he has stopped. */
  stop: string | null
  /** Address of his preferences, where we know him. */
  prefs?: string | null
  /** What the page tells of its reader goes under this ticket; absent: it tells nothing. */
  ticket?: string
  /** Origins of its pictures, besides ours. */
  images?: readonly string[]
  /** A browser looked ahead: the page is fetched anew once somebody truly sees it. */
  ahead?: boolean
  /** It may stand in a frame of ours. */
  framed?: boolean
}

const read = (name: string): string => readFileSync(join(projectRoot, 'web/h5', name), 'utf8')
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const style = read('page.css')
const script = read('page.js') + read('poster.js')
const styleHash = hash(style)
const scriptHash = hash(script)

/** Whole in one answer: a phone with bad reception shows it after one round trip. */
export function sendCustomerPage(ctx: Context, page: CustomerPage, status = 200): void {
  const { title, description, company, main, ticket, images = [], ahead = false, framed = false } = page
  ctx.status = status
  ctx.type = 'html'
  // It is one reader's; going back to it shows it as it was.
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.set('X-Robots-Tag', 'noindex')
  if (framed) ctx.set('X-Frame-Options', 'SAMEORIGIN')
  ctx.set(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      `style-src ${styleHash}`,
      `script-src ${scriptHash}`,
      "connect-src 'self'",
      ["img-src 'self' data:", ...images].join(' '),
      "media-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${framed ? "'self'" : "'none'"}`,
    ].join('; '),
  )
  const described = description ? `<meta name="description" content="${escapeHtml(description)}">` : ''
  const told = ticket ? html` data-ticket="${ticket}"` : ahead ? ' data-ahead' : ''
  ctx.body = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${escapeHtml(title)}</title>${described}<meta name="format-detection" content="telephone=no"><link rel="icon" href="data:,"><style>${style}</style></head>
<body${told}><main><p class="brand">${escapeHtml(company.short)}</p>${main}</main><footer>${lastLine(page)}</footer><script>${script}</script></body></html>`
}

function lastLine({ company, stop, prefs }: CustomerPage): string {
  const button =
    stop === null
      ? '<span class="state">已停止接收</span>'
      : html`<form method="post" action="/c/stop"><input type="hidden" name="t" value="${stop}"><button class="plain">停止接收</button></form>`
  return html`<span class="firm">${company.name}</span>${[button]}${[prefs ? html`<a class="plain" href="${prefs}">接收设置</a>` : '']}`
}

/** 停止接收 of a page that tells nothing of its reader. `given`: what is known of the address that led here. */
export async function stopFor(ctx: Context, house: House, given: Partial<StopHolder> = {}): Promise<string> {
  const visitor = await readVisitor(ctx, house)
  return stopToken(house, { ...given, visitor: visitor?.code ?? null })
}

/** For addresses that lead nowhere, or no longer. */
export async function sendGone(ctx: Context, house: House, given: Partial<StopHolder> = {}): Promise<void> {
  const { playbook } = await house.playbook.current()
  sendCustomerPage(
    ctx,
    {
      title: '没有找到',
      company: playbook.company,
      main: '<h1>这条内容已经不在了</h1><p class="soft">链接可能不完整，也可能已经失效。请向给您链接的人再要一次。</p>',
      stop: await stopFor(ctx, house, given),
    },
    404,
  )
}

/** A piece whose time is over. Who gave it him has what is true now. */
export async function sendOver(ctx: Context, house: House, title: string, link: string): Promise<void> {
  const { playbook } = await house.playbook.current()
  sendCustomerPage(
    ctx,
    {
      title,
      company: playbook.company,
      main: html`<h1>${title}</h1><p class="soft">这份资料现在不在有效期里，内容可能已经不准，所以收起来了。想要最新的，请在聊天里告诉给您发它的同事。</p>`,
      stop: await stopFor(ctx, house, { link }),
    },
    410,
  )
}
