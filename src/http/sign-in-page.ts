import type { Router } from '@koa/router'
import type { House } from '../house.ts'
import { html, sendPage } from './page.ts'
import { readWays, type SignInWays } from './sign-in.ts'

/** A sign-in page that needs nothing built. It talks to the same API as any other. */
export function addSignInPage(router: Router, house: House): void {
  router.get('/console/sign-in', async (ctx) => {
    const code = typeof ctx.query.code === 'string' ? ctx.query.code : undefined
    const ways = await readWays(house, ctx, code)
    sendPage(ctx, { title: '登录 · Bowtie', body: bodyOf(ways, house), style, script, calls: true })
  })
}

function bodyOf({ people, firstAdmin, wecom }: SignInWays, house: House): string {
  const choices = people.map(
    ({ userid, name, roles }) =>
      html`<button type="button" class="person" data-userid="${userid}"><b>${name}</b><span>${roles.map((role) => roleNames[role] ?? role).join('、') || '还没有角色'}</span></button>`,
  )
  const typed = firstAdmin
    ? `<form id="typed"><label for="userid">不在上面？填写您的企业微信账号（userid）</label><input id="userid" name="userid" required maxlength="64" autocomplete="username"><button>成为管理员</button></form>`
    : ''
  const intro = firstAdmin
    ? '第一次使用：选择您自己，成为管理员。'
    : people.length > 0
      ? '沙盒模式：点一位同事，以他的身份进入。'
      : '用企业微信确认您是谁。'
  const way =
    firstAdmin || house.config.sandbox ? '' : html`<a class="person" href="${wecom}"><b>用企业微信登录</b></a>`
  return html`<h1>登录 Bowtie</h1><p>${intro}</p>${[way]}${choices}${[typed]}<p id="fault" role="alert"></p>`
}

const roleNames: Record<string, string> = {
  admin: '管理员',
  manager: '经理',
  mdr: '市场 MDR',
  sdr: '销售 SDR',
  sales: '销售',
  csm: '客户成功',
}

const style = `
.person { display: flex; justify-content: space-between; align-items: center; width: 100%; margin: 0 0 8px; padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); text-align: left; text-decoration: none; cursor: pointer }
.person:hover, .person:focus-visible { border-color: var(--blue) }
.person span { color: var(--soft); font-size: 13px }
form { display: grid; gap: 8px; margin-top: 24px }
form input, form button { padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink) }
#fault { margin-top: 16px; color: #c2332b }
`

const script = `
const code = new URLSearchParams(location.search).get('code') ?? undefined
async function enter(userid) {
  const response = await fetch('/api/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code, userid }) })
  if (response.ok) return location.replace('/console')
  const answer = await response.json().catch(() => null)
  document.getElementById('fault').textContent = answer?.error?.message ?? '暂时无法登录，请稍后再试'
}
for (const button of document.querySelectorAll('[data-userid]')) button.addEventListener('click', () => enter(button.dataset.userid))
document.getElementById('typed')?.addEventListener('submit', (event) => {
  event.preventDefault()
  enter(document.getElementById('userid').value.trim())
})
`
