import { drawCustomer } from './customer.js'
import { draw, forgetDrawn, h } from './dom.js'
import { drawGuide, drawTop } from './guide.js'
import { drawLog } from './log.js'
import { drawPeople } from './people.js'
import { drawStaff } from './staff.js'
import { drawToolbar } from './toolbar.js'

const $ = (id) => document.getElementById(id)

/** What the page knows and what is chosen on it. */
export const state = {
  overview: null,
  person: null,
  log: { items: [] },
  who: sessionStorage.getItem('who') ?? '',
  /** The conversation or section opened on the phone. */
  open: null,
  tab: 'phone',
  search: '',
  half: false,
  /** Whether the app's page stands beside the chat. */
  toolbar: sessionStorage.getItem('toolbar') !== 'closed',
}

async function ask(path) {
  const answer = await fetch(`/sandbox/api/${path}`)
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer.json()
}

/** Does something in the world; a refusal is shown, not thrown. */
export async function act(name, input, done) {
  const answer = await fetch(`/sandbox/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  const result = await answer.json().catch(() => ({}))
  if (!answer.ok) {
    toast(result.error?.message ?? '没有成功', true)
    return null
  }
  if (done) toast(typeof done === 'function' ? done(result) : done)
  await refresh()
  return result
}

let toastTimer
export function toast(text, bad = false) {
  const place = $('toast')
  place.textContent = text
  place.className = bad ? 'shown bad' : 'shown'
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => {
    place.className = ''
  }, 2600)
}

export function choose(who, open = null) {
  state.who = who
  state.open = open
  state.person = null
  state.tab = 'phone'
  sessionStorage.setItem('who', who)
  void refresh()
}

/** Opens something on the phone. On a narrow screen it covers the list. */
export function openOnPhone(open) {
  state.open = open
  render()
}

/** Opens a link in a tab as the chosen person: the authorization page sees who he is. */
export function openLink(event, url) {
  event.preventDefault()
  window.open(`/sandbox/open?${new URLSearchParams({ person: state.who, url })}`, '_blank', 'noopener')
}

let asking = false
let again = false
export async function refresh() {
  if (asking) {
    again = true
    return
  }
  asking = true
  try {
    const who = state.who
    const [overview, person, log] = await Promise.all([
      ask('overview'),
      who ? ask(`person?person=${encodeURIComponent(who)}`) : null,
      ask('log?limit=80'),
    ])
    Object.assign(state, { overview, log })
    if (who === state.who) state.person = person
    render()
  } catch {
    toast('沙盒没有应答，正在重试…', true)
  } finally {
    asking = false
    if (again) {
      again = false
      void refresh()
    }
  }
}

const tabs = [
  ['people', '人物'],
  ['phone', '手机'],
  ['log', '往来'],
]

export function render() {
  const { overview, person } = state
  if (!overview) return
  document.body.dataset.tab = state.tab
  document.body.dataset.open = state.open ? 'yes' : 'no'
  drawTop($('top'))
  drawGuide($('guide'))
  drawPeople($('people'))
  if (!state.who) draw($('phone'), ['nobody', overview.customers.length], () => nobody())
  else if (!person) draw($('phone'), ['loading', state.who], () => h('div', { class: 'empty' }, '正在打开…'))
  else if (person.kind === 'staff') drawStaff($('phone'))
  else drawCustomer($('phone'))
  drawLog($('log'))
  drawToolbar($('toolbar'))
  draw($('tabs'), ['tabs', state.tab], () =>
    tabs.map(([id, name]) => h('button', { 'aria-pressed': state.tab === id, onclick: () => showTab(id) }, name)),
  )
}

function showTab(id) {
  state.tab = id
  render()
}

function nobody() {
  return h(
    'div',
    { class: 'empty' },
    h('h2', null, '先选一个人来扮演'),
    h('p', null, '左边是这家公司的同事和客户。扮演客户，可以扫码、聊天、删好友；扮演同事，可以收派单、确认群发。'),
    h('button', { class: 'primary', onclick: newCustomer }, '＋ 新客户'),
  )
}

const names = ['张建国', '陈晓燕', '王立新', '李慧敏', '周海波', '吴志强', '徐婷婷', '孙国庆', '胡文静', '郭俊杰']
export async function newCustomer() {
  const taken = new Set(state.overview.customers.map(({ name }) => name))
  const name = names.find((candidate) => !taken.has(candidate)) ?? `新客户 ${state.overview.customers.length + 1}`
  const made = await act('createCustomer', { name, about: '刚刚出现的新客户' }, `${name}来了，去扫个码吧`)
  if (made) choose(`customer:${made.external_userid}`)
}

new EventSource('/sandbox/events').onmessage = () => void refresh()
addEventListener('resize', () => {
  for (const id of ['people', 'phone', 'log']) forgetDrawn($(id))
  render()
})
const scanned = /^#scan=([\w-]+)/.exec(location.hash)
if (scanned) toast('扮演一位客户，再点这个活码')
void refresh()
