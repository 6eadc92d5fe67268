import { render, state } from './app.js'
import { h } from './dom.js'

/** The app's page as the client opens it: from the toolbar of a chat, from the customer's profile, or in a group. It outlives every redraw of the chat. */
export function drawToolbar(place) {
  const chat = openChat()
  place.hidden = !chat || !state.toolbar
  document.body.dataset.toolbar = place.hidden ? 'no' : 'yes'
  if (place.hidden) {
    place.replaceChildren()
    delete place.dataset.chat
    return
  }
  const doors = doorsOf(chat)
  if (!doors.some(({ id }) => id === door)) door = 'single_chat_tools'
  const mark = `${state.who} ${chat} ${door} ${doors.length}`
  if (place.dataset.chat === mark) return
  place.dataset.chat = mark
  const url = `${state.overview.appUrl}/sidebar/sign-in`
  place.replaceChildren(
    h(
      'header',
      null,
      h('b', null, '线索培育'),
      h(
        'select',
        {
          'aria-label': '从哪里打开',
          onchange: ({ target }) => {
            door = target.value
            render()
          },
        },
        ...doors.map(({ id, name }) => h('option', id === door ? { value: id, selected: '' } : { value: id }, name)),
      ),
      h('button', { class: 'quiet', onclick: () => showToolbar(false), 'aria-label': '关闭侧边栏' }, '×'),
    ),
    h('iframe', {
      title: '侧边栏',
      src: `/sandbox/open?${new URLSearchParams({ person: state.who, url })}`,
      allow: 'clipboard-write',
    }),
  )
}

/** Which of the client's doors the page was opened by. */
let door = 'single_chat_tools'

/** The doors there are to somebody: his chat, his profile, the groups one is in with him. */
function doorsOf(customer) {
  const groups = state.person.customers.find((item) => item.external_userid === customer)?.groups ?? []
  return [
    { id: 'single_chat_tools', name: '聊天工具栏' },
    { id: 'contact_profile', name: '客户资料页' },
    ...groups.map(({ chat_id, name }) => ({ id: chat_id, name: `客户群：${name}` })),
  ]
}

/** The customer whose chat a member has open. */
function openChat() {
  const { person, open, overview } = state
  if (person?.kind !== 'staff' || !overview.appUrl || !open?.startsWith('customer:')) return null
  const customer = open.slice('customer:'.length)
  return person.customers.some((item) => item.external_userid === customer && !item.half) ? customer : null
}

export const toolbarButton = () =>
  state.toolbar || !openChat() ? null : h('button', { class: 'quiet', onclick: () => showToolbar(true) }, '侧边栏')

function showToolbar(shown) {
  state.toolbar = shown
  sessionStorage.setItem('toolbar', shown ? 'open' : 'closed')
  render()
}

addEventListener('message', async ({ source, origin, data }) => {
  const frame = document.querySelector('#toolbar iframe')
  if (!frame || source !== frame.contentWindow || typeof data?.jsapi !== 'number') return
  const { jsapi, name, params, url } = data
  const answer = await fetch('/sandbox/api/jsapi', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userid: state.person?.staff?.userid,
      ...(door.startsWith('wr')
        ? { entry: 'group_chat_tools', chatId: door }
        : { entry: door, customer: openChat() ?? undefined }),
      name,
      params,
      url,
    }),
  })
  const given = answer.ok ? await answer.json() : { err_msg: `${name}:fail`, err_code: -1 }
  source.postMessage({ jsapi, answer: given }, origin)
})
