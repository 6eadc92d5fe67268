import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { makeLiveCode } from '../codes/make.ts'
import type { House } from '../house.ts'
import { type CustomerPage, sendCustomerPage, sendGone, stopFor } from './customer-page.ts'
import { html } from './page.ts'

/**
 * The page behind a lead's `joinUrl`: shows the code by which the customer adds our person, and asks WeCom for it when it
 * could not be made before. Says nothing about the lead.
 */
export function addJoinPage(router: Router, house: House): void {
  router.get('/c/join/:state', async (ctx) => {
    const { state = '' } = ctx.params as { state?: string }
    const [code] = await house.db.query<{ id: string; qrCode: string | null; leadId: string | null }>(
      `SELECT id, qr_code AS "qrCode", lead_id AS "leadId" FROM live_codes WHERE state = $1 AND kind IN ('join', 'handover')`,
      [state.replaceAll('\0', '')],
    )
    if (!code) return sendGone(ctx, house)
    const { playbook } = await house.playbook.current()
    const qrCode = code.qrCode ?? (await makeNow(house, code.id))
    const around = { company: playbook.company, stop: await stopFor(ctx, house, { leadId: code.leadId }) }
    if (qrCode) show(ctx, qrCode, around)
    else askLater(ctx, around)
  })
}

type Around = Pick<CustomerPage, 'company' | 'stop'>

/** Whatever keeps WeCom from making it now, the customer is asked to come back in a moment. */
async function makeNow(house: House, id: string): Promise<string | null> {
  try {
    return (await makeLiveCode(house, id)).qrCode
  } catch (error) {
    house.log.warn({ liveCodeId: id, err: error }, 'join page has no code yet')
    return null
  }
}

function show(ctx: Context, qrCode: string, around: Around): void {
  const { short } = around.company
  sendCustomerPage(ctx, {
    ...around,
    title: `联系${short}`,
    images: [new URL(qrCode).origin],
    main: html`<div class="card"><h1>添加${short}的顾问</h1><p>资料、答疑和后续安排都由这位顾问负责，不会换人反复联系您。</p><img src="${qrCode}" alt="顾问的二维码" width="240" height="240"><p class="soft">在微信里：长按二维码，选择「识别图中的二维码」。<br>在电脑上：用微信扫一扫。</p></div>`,
  })
}

function askLater(ctx: Context, around: Around): void {
  ctx.set('Retry-After', '10')
  ctx.set('Refresh', '10')
  sendCustomerPage(
    ctx,
    {
      ...around,
      title: '请稍候',
      main: '<div class="card"><h1>二维码正在生成</h1><p class="soft">请稍等几秒，页面会自动刷新。</p></div>',
    },
    503,
  )
}
