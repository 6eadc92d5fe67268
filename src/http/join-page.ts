import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { makeLiveCode } from '../codes/make.ts'
import type { House } from '../house.ts'
import { html, sendPage } from './page.ts'

/**
 * The page behind a lead's `joinUrl`: shows the code by which the customer adds our person, and asks WeCom for it when it
 * could not be made before. Says nothing about the lead.
 */
export function addJoinPage(router: Router, house: House): void {
  router.get('/c/join/:state', async (ctx) => {
    const { state = '' } = ctx.params as { state?: string }
    const [code] = await house.db.query<{ id: string; qrCode: string | null; company: string }>(
      `SELECT id, qr_code AS "qrCode" FROM live_codes WHERE state = $1 AND kind IN ('join', 'handover')`,
      [state.replaceAll('\0', '')],
    )
    if (!code)
      return sendPage(
        ctx,
        { title: '没有找到', body: '<h1>这个链接已经失效</h1><p>请向给您链接的人再要一次。</p>' },
        404,
      )
    const qrCode = code.qrCode ?? (await makeNow(house, code.id))
    if (!qrCode) return askLater(ctx)
    const { playbook } = await house.playbook.current()
    show(ctx, qrCode, playbook.company.short)
  })
}

/** Whatever keeps WeCom from making it now, the customer is asked to come back in a moment. */
async function makeNow(house: House, id: string): Promise<string | null> {
  try {
    return (await makeLiveCode(house, id)).qrCode
  } catch (error) {
    house.log.warn({ liveCodeId: id, err: error }, 'join page has no code yet')
    return null
  }
}

function show(ctx: Context, qrCode: string, company: string): void {
  sendPage(ctx, {
    title: `联系${company}`,
    style,
    images: [new URL(qrCode).origin],
    body: html`<div class="card"><h1>添加${company}的顾问</h1><p>资料、答疑和后续安排都由这位顾问负责，不会换人反复联系您。</p>
      <img src="${qrCode}" alt="顾问的二维码" width="240" height="240">
      <p class="how">在微信里：长按二维码，选择「识别图中的二维码」。<br>在电脑上：用微信扫一扫。</p></div>`,
  })
}

function askLater(ctx: Context): void {
  ctx.set('Retry-After', '10')
  ctx.set('Refresh', '10')
  sendPage(
    ctx,
    {
      title: '请稍候',
      style,
      body: '<div class="card"><h1>二维码正在生成</h1><p>请稍等几秒，页面会自动刷新。</p></div>',
    },
    503,
  )
}

const style = `
.card { padding: 28px 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); text-align: center }
.card img { display: block; margin: 16px auto; border-radius: 8px; background: #fff; -webkit-touch-callout: default }
.how { margin: 0; font-size: 14px }
`
