import type { Router } from '@koa/router'
import type { House } from '../house.ts'
import { chooseTopics, grant, leadOfPrefs, pause, readPrefs, resume, stop } from '../tracking/prefs.ts'
import { decodeText, readBody } from './body.ts'
import { sendCustomerPage, sendGone, stopFor } from './customer-page.ts'
import { html } from './page.ts'
import { createRate } from './rate.ts'

const day = 86_400_000
const restDays = [30, 90]
const perMinute = 30

/** What a customer wants to receive from us. Whoever holds the address may say so; it tells nothing about him. */
export function addPrefsPage(router: Router, house: House): void {
  const rate = createRate(house, perMinute)
  router.get('/c/prefs/:token', async (ctx) => {
    const { token = '' } = ctx.params as { token?: string }
    const leadId = await leadOfPrefs(house, token)
    if (!leadId) return sendGone(ctx, house)
    const { playbook, calendar } = await house.playbook.current()
    const { stopped, pausedUntil, topics } = await readPrefs(house.db, house, leadId)
    const state = stopped
      ? '现在：已经停止，不给您发资料。'
      : pausedUntil
        ? `现在：${calendar.say(pausedUntil)} 之前不给您发资料。`
        : '现在：有适合您的资料时会发给您，一周不超过几条，夜里和节假日不发。'
    const choice = (what: string, words: string, quiet = false) =>
      html`<form method="post"><input type="hidden" name="do" value="${what}"><button class="${quiet ? 'do quiet' : 'do'}">${words}</button></form>`
    const rests = restDays.map((days) => choice(`pause-${days}`, `歇 ${days} 天`, true))
    const about =
      stopped || topics.length === 0
        ? ''
        : html`<form class="topics" method="post"><input type="hidden" name="do" value="topics"><fieldset><legend>想收到哪些方面的内容</legend>${topics.map(
            ({ name, wanted }) =>
              html`<label><input type="checkbox" name="topic" value="${name}"${[wanted ? ' checked' : '']}>${name}</label>`,
          )}</fieldset><button class="do">保存</button></form>`
    sendCustomerPage(ctx, {
      title: '接收设置',
      company: playbook.company,
      main: html`<h1>接收设置</h1><p role="status">${state}</p><div class="choices">${stopped || pausedUntil ? [choice('resume', '继续接收')] : []}${stopped ? [] : rests}${stopped ? [] : [choice('stop', '停止接收', true)]}</div>${[about]}<p class="soft last">您来问的事，我们照样回答，不受这里影响。</p>`,
      stop: stopped ? null : await stopFor(ctx, house, { leadId }),
    })
  })
  router.post('/c/prefs/:token', async (ctx) => {
    const { token = '' } = ctx.params as { token?: string }
    const leadId = rate.allows(ctx.ip) ? await leadOfPrefs(house, token) : null
    if (!leadId) return sendGone(ctx, house)
    const said = new URLSearchParams(decodeText(await readBody(ctx.req, 4096)))
    const what = said.get('do') ?? ''
    const days = restDays.find((count) => what === `pause-${count}`)
    if (days !== undefined) await pause(house, leadId, new Date(house.clock.now().getTime() + days * day))
    else if (what === 'stop') await stop(house, leadId)
    else if (what === 'resume') await resume(house, leadId)
    else if (what === 'topics') await chooseTopics(house, leadId, said.getAll('topic'))
    else if (what === 'grant') await grant(house, leadId)
    // Going back or reloading does nothing again.
    ctx.status = 303
    ctx.set('Location', `/c/prefs/${token}`)
    ctx.body = ''
  })
}
