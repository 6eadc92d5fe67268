import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { milliseconds } from '../clock.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { normalizeMobile } from '../leads/identities.ts'
import type { PageAction } from '../playbook/pages-schema.ts'
import { prefsToken } from '../tracking/prefs.ts'
import { type Filled, raiseHand } from '../tracking/raise-hand.ts'
import { readStop, type Stopped, stopByPage } from '../tracking/stop.ts'
import type { Ticket } from '../tracking/ticket.ts'
import { noteBeacon } from '../tracking/visit.ts'
import { findVisitor, leadOf } from '../tracking/visitors.ts'
import { decodeText, readBody, readJson } from './body.ts'
import { sendCustomerPage, stopFor } from './customer-page.ts'
import { readValue } from './errors.ts'
import { html } from './page.ts'
import { showAgain, ticketOf } from './pages.ts'
import { createRate } from './rate.ts'

const beaconsPerMinute = 600
const formsPerMinute = 20
const mostBytes = 16 * 1024

const BeaconSchema = z.object({
  t: z.string().max(2000),
  d: z.number().min(0).max(1e12),
  r: z.number().min(0).max(100),
  a: z.array(z.string().max(64)).max(12).default([]),
  p: z.int().min(0).max(100_000).optional(),
  n: z.int().min(1).max(100_000).optional(),
})

/** What comes back from customers' pages. Who it was stands in the ticket the page was given, and nowhere else. */
export function addPageDoors(router: Router, house: House): void {
  const beacons = createRate(house, beaconsPerMinute)
  const forms = createRate(house, formsPerMinute)
  const tooMany = () => new Refused(429, 'too_many_requests', '请求太频繁，请稍后再试')

  router.post('/c/t', async (ctx) => {
    if (!beacons.allows(ctx.ip)) throw tooMany()
    // A beacon has whatever content type the browser gives it.
    const beacon = readValue(BeaconSchema, readJson(await readBody(ctx.req, mostBytes)))
    const ticket = ticketOf(house, beacon.t)
    if (!ticket) throw new Refused(403, 'bad_ticket', '这不是我们的页面发出的')
    const { playbook } = await house.playbook.current()
    const acts = beacon.a.filter((act) => playbook.pages.actions.some(({ id }) => id === act))
    const parts = beacon.n
    const part = parts === undefined || beacon.p === undefined ? undefined : Math.min(beacon.p, parts)
    await noteBeacon(house, { ticket, dwellMs: beacon.d, depth: Math.round(beacon.r), acts, part, parts })
    ctx.status = 204
  })
  router.post('/c/ask', async (ctx) => {
    if (!forms.allows(ctx.ip)) throw tooMany()
    const form = await readForm(ctx)
    const ticket = ticketOf(house, form.get('t'))
    const { playbook } = await house.playbook.current()
    const action = playbook.pages.actions.find(({ id }) => id === form.get('action'))
    if (!ticket || !action) return sendStale(ctx, house)
    await ask(ctx, house, form, ticket, action)
  })
  router.post('/c/stop', async (ctx) => {
    if (!forms.allows(ctx.ip)) throw tooMany()
    const form = await readForm(ctx)
    const token = form.get('t') ?? ''
    const holder = readStop(house, token)
    if (!holder) return sendStale(ctx, house)
    await sendStopped(ctx, house, await stopByPage(house, holder, form.get('sure') === 'yes'), token)
  })
}

const readForm = async (ctx: Context): Promise<URLSearchParams> =>
  new URLSearchParams(decodeText(await readBody(ctx.req, mostBytes)))

async function ask(
  ctx: Context,
  house: House,
  form: URLSearchParams,
  ticket: Ticket,
  action: PageAction,
): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const text = (name: string, most: number) =>
    (form.get(name) ?? '')
      .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
      .trim()
      .slice(0, most) || undefined
  const filled = {
    name: text('name', 40),
    mobile: text('mobile', 20),
    company: text('company', 80),
    words: text('words', 500),
  }
  const agreed = form.get('consent') === playbook.pages.consent.version
  const fault = faultOf(filled, action, agreed, await isKnown(house, ticket))
  if (fault) return showAgain(ctx, house, form.get('t') ?? '', ticket, { action: action.id, filled, agreed, fault })
  const { joinUrl } = await raiseHand(house, ticket, action, filled)
  const by = calendar.addWorking(house.clock.now(), milliseconds(playbook.sla.handRaise))
  const join = joinUrl
    ? html`<p>也可以现在就加顾问的微信，直接说：</p><p><a class="do" href="${joinUrl}">加顾问微信</a></p>`
    : ''
  sendCustomerPage(ctx, {
    title: action.name,
    company: playbook.company,
    main: html`<h1>收到，谢谢您</h1><p>已经转给负责的同事，预计 ${calendar.say(by)} 之前联系您。</p>${[join, back(ticket)]}`,
    stop: form.get('t'),
  })
}

function faultOf(filled: Filled, { asks }: PageAction, agreed: boolean, known: boolean): string | null {
  const needsMobile = !known || asks === 'mobile'
  if (asks === 'words' && !filled.words) return '请写下您的问题。'
  if (!known && !filled.name) return '请写一下怎么称呼您。'
  if (needsMobile && !filled.mobile) return '请留下手机号，我们才能联系您。'
  if (filled.mobile && normalizeMobile(filled.mobile) === null) return '手机号好像不对，请再看一眼。'
  if (needsMobile && !agreed) return '请先勾选同意，我们才能用您的手机号联系您。'
  return null
}

async function isKnown(house: House, ticket: Ticket): Promise<boolean> {
  const visitor = ticket.visitor ? await findVisitor(house.db, ticket.visitor) : null
  return visitor !== null && (await leadOf(house.db, house, visitor)) !== null
}

const back = ({ link }: Ticket): string =>
  link ? html`<p><a class="do quiet" href="/c/p/${link}">回到原文</a></p>` : ''

async function sendStopped(ctx: Context, house: House, stopped: Stopped, token: string): Promise<void> {
  const { playbook } = await house.playbook.current()
  const prefs = stopped.outcome === 'stopped' && stopped.known && stopped.leadId ? prefsOf(house, stopped.leadId) : null
  const stop = stopped.outcome === 'stopped' ? null : token
  const send = (title: string, main: string) =>
    sendCustomerPage(ctx, { title, company: playbook.company, main: html`<h1>${title}</h1>${[main]}`, stop, prefs })
  if (stopped.outcome === 'staff') return send('您是同事', '<p>客户按下这里，就不再收到我们的资料；您按不生效。</p>')
  if (stopped.outcome === 'nobody')
    return send(
      '还差一步',
      '<p>我们不知道您是谁，所以没法在这里停。请在微信里打开同一条内容再按一次，或在聊天里回复「退订」，马上生效。</p>',
    )
  if (stopped.outcome === 'ask')
    return send(
      '要停止接收吗？',
      html`<p>按下之后，当初收到这条内容的人不会再收到我们的资料。</p><form method="post" action="/c/stop"><input type="hidden" name="t" value="${token}"><input type="hidden" name="sure" value="yes"><button class="do">停止接收</button></form>`,
    )
  const undo = prefs
    ? html`<form method="post" action="${prefs}"><input type="hidden" name="do" value="resume"><button class="do quiet">点错了，继续接收</button></form>`
    : ''
  send('已经停止', html`<p>不会再给您发资料，所有同事都一样。有事照样可以随时找我们。</p>${[undo]}`)
}

const prefsOf = (house: House, leadId: string): string => `/c/prefs/${prefsToken(house, leadId)}`

/** A page that was open for more than a week, or is not ours. */
async function sendStale(ctx: Context, house: House): Promise<void> {
  const { playbook } = await house.playbook.current()
  sendCustomerPage(
    ctx,
    {
      title: '请重新打开',
      company: playbook.company,
      main: '<h1>这一页放得太久了</h1><p>请回到聊天里重新打开那条内容，再按一次。不想再收到资料的话，在聊天里回复「退订」也行。</p>',
      stop: await stopFor(ctx, house),
    },
    400,
  )
}
