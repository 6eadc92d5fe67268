import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { drawAddress } from '../codes/qr.ts'
import { type Draft, readDraft } from '../content/drafts.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { renderWords } from '../messages/render.ts'
import type { Rules } from '../playbook/keep.ts'
import { type Article, renderArticle } from '../tracking/article.ts'
import { findLink, type Piece, readPiece } from '../tracking/pieces.ts'
import { prefsToken, readPrefs } from '../tracking/prefs.ts'
import type { Filled } from '../tracking/raise-hand.ts'
import { issueTicket, readTicket, type Ticket } from '../tracking/ticket.ts'
import { findVisitor, leadOf, type Visitor } from '../tracking/visitors.ts'
import { authenticate } from './auth.ts'
import { sendCustomerPage, sendGone, sendOver, stopFor } from './customer-page.ts'
import { type Asked, askWecom, goTo, isCode, mayAskWecom, pageAddress } from './links.ts'
import { html } from './page.ts'
import { pieceMarkup } from './piece-page.ts'
import { isAhead, isProgram, readVisitor } from './reader.ts'
import { findSession, readSessionCookie } from './sessions.ts'

const forColleagues = '您是同事：这里看到的和客户一样，不计入浏览，按钮不生效。'

/** The pages behind the links: a piece as customers read it. */
export function addPages(router: Router, house: House): void {
  router.get('/c/p/:code', async (ctx) => {
    const { code = '' } = ctx.params as { code?: string }
    const link = isCode(code) ? await findLink(house.db, code) : null
    const piece = link ? await readPiece(house.db, link.contentId, link.version, house.clock.now()) : null
    if (!link || !piece) return sendGone(ctx, house, { link: link?.code ?? null })
    if (piece.untimely) return sendOver(ctx, house, piece.title, code)
    const { f, p } = ctx.query
    const from = isCode(f) ? f : null
    const program = isProgram(ctx)
    const visitor = program ? null : await readVisitor(ctx, house)
    if (!program && !visitor && mayAskWecom(ctx, house)) return askWecom(ctx, house, { code, from })
    const isOurs = visitor ? visitor.kind === 'staff' : !program && (await isColleague(ctx, house))
    // The address he would pass on names him, and keeps who passed it to him.
    if (visitor && !isOurs && from !== visitor.code)
      return goTo(ctx, pageAddress({ code, from: visitor.code }, from ? { p: from } : {}))
    const before = isCode(p) && p !== visitor?.code ? p : null
    const ticket =
      program || isOurs
        ? null
        : issueTicket(house, {
            link: code,
            contentId: piece.id,
            version: piece.version,
            visitor: visitor?.code ?? null,
            from: visitor ? before : from,
          })
    const shown = { ticket, visitor, link: code, ahead: isAhead(ctx) }
    await showPiece(ctx, house, piece, { ...shown, note: isOurs ? forColleagues : undefined })
  })
  // The address of a page as a picture, for a poster; it names whoever passes it on.
  router.get('/c/qr/:code', async (ctx) => {
    const { code = '' } = ctx.params as { code?: string }
    const { f } = ctx.query
    if (!isCode(code) || !(await findLink(house.db, code))) return sendGone(ctx, house)
    ctx.type = 'image/png'
    ctx.set('Cache-Control', 'private, max-age=86400')
    const address = `${house.config.contentUrl}${pageAddress({ code, from: isCode(f) ? f : null })}`
    ctx.body = (await drawAddress(address, 300)).bytes
  })
  // For one of us, from the console: the piece as it is now.
  router.get('/c/content/:id', async (ctx) => {
    const { id = '' } = ctx.params as { id?: string }
    if (!(await authenticate(ctx, house))) throw new Refused(401, 'unauthenticated', '请先登录')
    const piece = await readPiece(house.db, id, null, house.clock.now())
    if (!piece) return sendGone(ctx, house)
    await showPiece(ctx, house, piece, { ticket: null, visitor: null, note: forColleagues })
  })
  // What one of us is writing, else the piece as it is; it stands in a frame of the console.
  router.get('/c/preview/:id', async (ctx) => {
    const { id = '' } = ctx.params as { id?: string }
    const principal = await authenticate(ctx, house)
    if (!principal) throw new Refused(401, 'unauthenticated', '请先登录')
    const draft = await readDraft(house.db, principal.id, id)
    const piece = draft ? draftOf(draft) : await readPiece(house.db, id, null, house.clock.now())
    if (!piece) return sendGone(ctx, house)
    await showPiece(ctx, house, piece, { ticket: null, visitor: null, framed: true })
  })
}

/** A draft as a piece; whatever is missing is shown as missing. */
function draftOf({ piece, input, at }: Draft): Piece {
  const text = (name: string) => (typeof input[name] === 'string' ? (input[name] as string) : '')
  const [title, body, url, file, cover] = [
    text('title') || '（还没有标题）',
    text('body'),
    text('url'),
    text('file'),
    text('cover'),
  ]
  return {
    id: `draft-${piece}`,
    // Each state of the draft is rendered once.
    version: at.getTime(),
    title,
    body,
    plain: text('plain') || title,
    say: text('say'),
    url: /^https?:\/\//.test(url) ? url : null,
    counts: '',
    file: file || null,
    cover: cover || null,
    untimely: false,
  }
}

/** What he typed, and why it was not taken. */
export interface Sent {
  action: string
  filled: Filled
  agreed: boolean
  fault: string
}

interface Shown {
  ticket: string | null
  visitor: Visitor | null
  link?: string | null
  note?: string | undefined
  sent?: Sent | undefined
  /** To a browser that looks ahead. */
  ahead?: boolean
  /** Looked at inside the console. */
  framed?: boolean
}

async function showPiece(ctx: Context, house: House, piece: Piece, shown: Shown, status = 200): Promise<void> {
  const rules = await house.playbook.current()
  const { playbook } = rules
  const article = articleOf(piece, rules)
  const leadId = shown.visitor ? await leadOf(house.db, house, shown.visitor) : null
  const prefs = leadId ? `/c/prefs/${prefsToken(house, leadId)}` : null
  const asksConsent =
    leadId !== null &&
    prefs !== null &&
    playbook.consent.default === 'ask' &&
    (await readPrefs(house.db, house, leadId)).undecided
  const { ticket, note, sent } = shown
  const around = { playbook, ticket, known: leadId !== null, prefs, sent, note }
  sendCustomerPage(
    ctx,
    {
      title: piece.title,
      description: piece.say || article.summary,
      company: playbook.company,
      main: [
        await pieceMarkup(house, piece, article, around),
        ticket && shown.link ? posterMarkup({ code: shown.link, from: shown.visitor?.code ?? null }) : '',
        asksConsent ? consentMarkup(prefs) : '',
      ].join(''),
      stop: ticket ?? (await stopFor(ctx, house, { link: shown.link ?? null })),
      prefs,
      ahead: shown.ahead === true,
      images: article.images,
      framed: shown.framed === true,
      ...(ticket ? { ticket } : {}),
    },
    status,
  )
}

/** The piece again, with what he typed and why it was not taken. */
export async function showAgain(ctx: Context, house: House, token: string, ticket: Ticket, sent: Sent): Promise<void> {
  const piece = await readPiece(house.db, ticket.contentId, ticket.version, house.clock.now())
  const visitor = ticket.visitor ? await findVisitor(house.db, ticket.visitor) : null
  if (!piece) return sendGone(ctx, house)
  await showPiece(ctx, house, piece, { ticket: token, visitor, sent }, 422)
}

export const ticketOf = (house: House, token: unknown): Ticket | null =>
  typeof token === 'string' ? readTicket(house, token) : null

/** Shown where there is a script to draw it. */
const posterMarkup = (asked: Asked): string =>
  html`<p><button class="do quiet" type="button" data-poster="${pageAddress(asked).replace('/c/p/', '/c/qr/')}" hidden>生成海报，转给同事</button></p>`

const consentMarkup = (prefs: string): string =>
  html`<div class="note">以后有这类资料，还发给您吗？<form method="post" action="${prefs}"><input type="hidden" name="do" value="grant"><button class="plain">愿意收到</button></form></div>`

const rendered = new Map<string, Article>()
const mostRendered = 500

/** Without a word about the reader: whoever the page is passed on to reads the same. */
function articleOf(piece: Piece, { version, playbook }: Rules): Article {
  const key = `${piece.id}@${piece.version}@${version}`
  const known = rendered.get(key)
  if (known) return known
  const nobody = { lead: {}, sender: {}, rep: {}, source: {}, company: playbook.company }
  const article = renderArticle(
    renderWords({ body: piece.body, plain: piece.plain || piece.say || piece.title }, nobody, 200_000).text,
  )
  if (rendered.size >= mostRendered) rendered.clear()
  rendered.set(key, article)
  return article
}

async function isColleague(ctx: Context, house: House): Promise<boolean> {
  const token = readSessionCookie(ctx, house)
  return token !== undefined && (await findSession(house, token)) !== null
}
