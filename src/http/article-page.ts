import type { Playbook } from '../playbook/schema.ts'
import type { Article } from '../tracking/article.ts'
import type { Filled } from '../tracking/raise-hand.ts'
import { html } from './page.ts'

/** What stands around a piece on its page. */
export interface Around {
  playbook: Playbook
  /** Token of the forms; null: nobody's page, its buttons do nothing. */
  ticket: string | null
  /** Somebody we know: he need not say who he is. */
  known: boolean
  /** Address of his preferences. */
  prefs: string | null
  /** What he sent and why it was not taken. */
  sent?: { action: string; filled: Filled; agreed: boolean; fault: string } | undefined
  /** A line for one of ours who looks at it. */
  note?: string | undefined
}

export function articleMarkup(title: string, url: string | null, article: Article, around: Around): string {
  const { note } = around
  const more = url ? html`<p><a class="do" href="${url}" rel="noopener nofollow">打开原文</a></p>` : ''
  return html`${[note ? html`<p class="note">${note}</p>` : '']}<article><h1>${title}</h1>
<p class="meta">约 ${article.minutes} 分钟读完</p><div class="text">${[article.html, more]}</div></article>${[askMarkup(around)]}`
}

/** What the reader can ask for. Without a script it works all the same. */
export function askMarkup(around: Around): string {
  const { actions } = around.playbook.pages
  if (actions.length === 0) return ''
  return html`<section class="ask"><p>想再往前一步：</p>${actions.map((action) => actionMarkup(action, around))}</section>`
}

type Action = Playbook['pages']['actions'][number]

function actionMarkup(action: Action, around: Around): string {
  const { id, name, button = name, say, asks } = action
  const hidden = html`<input type="hidden" name="t" value="${around.ticket ?? ''}"><input type="hidden" name="action" value="${id}">`
  const face = html`<b>${name}</b>${[say ? html`<span>${say}</span>` : '']}`
  if (around.known && asks === 'nothing')
    return html`<form class="one" method="post" action="/c/ask">${[hidden]}<button>${[face]}</button></form>`
  const sent = around.sent?.action === id ? around.sent : undefined
  const open = sent ? ' open' : ''
  return html`<details name="ask" data-act="${id}"${[open]}><summary>${[face]}</summary>
<form class="fields" method="post" action="/c/ask">${[hidden, ...fieldsOf(action, around, sent)]}<div><button class="do">${button}</button></div></form></details>`
}

function fieldsOf({ asks }: Action, { known, playbook }: Around, sent: Around['sent']): string[] {
  const { name = '', mobile = '', company = '', words = '' } = sent?.filled ?? {}
  const needsMobile = !known || asks === 'mobile'
  return [
    sent ? html`<p class="fault" role="alert">${sent.fault}</p>` : '',
    asks === 'words'
      ? html`<label>您的问题<textarea name="words" rows="3" maxlength="500" required>${words}</textarea></label>`
      : '',
    known
      ? ''
      : html`<label>怎么称呼您<input name="name" value="${name}" maxlength="40" autocomplete="name" required></label>`,
    needsMobile
      ? html`<label>手机号<input name="mobile" value="${mobile}" type="tel" inputmode="tel" maxlength="20" autocomplete="tel" required></label>`
      : '',
    known
      ? ''
      : html`<label>公司（可不填）<input name="company" value="${company}" maxlength="80" autocomplete="organization"></label>`,
    needsMobile
      ? html`<label class="agree"><input type="checkbox" name="consent" value="${playbook.pages.consent.version}"${[sent?.agreed ? ' checked' : '']} required>${playbook.pages.consent.text}</label>`
      : '',
  ]
}
