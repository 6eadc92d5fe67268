import { act, openLink, openOnPhone, state } from './app.js'
import { bubble } from './bubble.js'
import { draw, field, h } from './dom.js'
import { face } from './people.js'

/** A customer's phone: chats, codes to scan, 客服. */
export function drawCustomer(place) {
  const { person, overview, open, half } = state
  const seen = overview.contactWays.map(({ config_id }) => config_id)
  draw(place, [person, seen, open, half, Math.floor(overview.now / 60_000)], () => [
    h('div', { class: 'pane list-pane' }, listPane()),
    h('div', { class: 'pane talk-pane' }, talkPane()),
  ])
}

/** The chat on the screen; where there is room, the latest one opens by itself. */
function opened() {
  const { chats } = state.person
  const latest = (chat) => chat.messages[chat.messages.length - 1]?.at ?? 0
  const fallback = innerWidth > 760 ? [...chats].sort((a, b) => latest(b) - latest(a))[0] : undefined
  return chats.find(({ peer }) => peer === state.open) ?? fallback
}

const me = () => state.person.customer.external_userid

function listPane() {
  const { person, overview } = state
  const { customer, chats } = person
  const known = new Set(chats.map(({ peer }) => peer))
  return [
    h(
      'header',
      { class: 'who' },
      face(customer.name),
      h('div', null, h('b', null, customer.name), h('small', null, customer.about ?? '微信用户')),
    ),
    h(
      'div',
      { class: 'scroll', 'data-scroll': 'chats' },
      h('h3', null, '聊天'),
      chats.length === 0 ? h('p', { class: 'hint' }, '还没有人。扫一个码，或直接咨询客服。') : null,
      h('ul', { class: 'list' }, chats.map(chatRow)),
      h('h3', null, '微信客服'),
      h(
        'ul',
        { class: 'list' },
        overview.kf
          .filter(({ open_kfid }) => !known.has(open_kfid))
          .map(({ open_kfid, name }) =>
            h(
              'li',
              null,
              h(
                'button',
                { class: 'person', onclick: () => enterKf(open_kfid) },
                face(name),
                h('span', null, h('b', null, name), h('small', null, '点这里进入咨询')),
              ),
            ),
          ),
      ),
      h('h3', null, '扫一扫'),
      overview.contactWays.length === 0
        ? h(
            'p',
            { class: 'hint' },
            '还没有渠道活码。在控制台「渠道活码」里建一个，它会出现在这里；也可以先扫同事的名片码。',
          )
        : h('div', { class: 'codes' }, overview.contactWays.slice(0, 24).map(code)),
      h(
        'details',
        { 'data-key': 'cards' },
        h('summary', null, '扫同事的名片码'),
        h(
          'div',
          { class: 'chips' },
          overview.staff
            .filter(({ left, userid }) => !left && !chats.some((chat) => chat.peer === userid && chat.friends))
            .map(({ userid, name }) => h('button', { onclick: () => scan({ userid }) }, name)),
        ),
      ),
      h(
        'label',
        { class: 'check' },
        h('input', {
          type: 'checkbox',
          checked: state.half,
          onchange: (event) => {
            state.half = event.target.checked
          },
        }),
        '对方开了「免验证」，但还没有加回我（半好友）',
      ),
    ),
  ]
}

async function scan(what) {
  const result = await act('customerScans', { ...what, customer: me(), half: state.half }, (done) =>
    done.already ? '你们已经是好友了' : state.half ? '已发出，等对方加回' : '已添加为联系人',
  )
  if (result) openOnPhone(result.userid)
}

async function enterKf(kf) {
  const result = await act('customerEntersKf', { customer: me(), kf })
  if (result) openOnPhone(kf)
}

function code({ config_id, remark, state: name, qr_code, staff }) {
  const title = remark || name || '未命名的活码'
  return h(
    'button',
    { class: 'code', title: `${title} · ${staff.join('、')}`, onclick: () => scan({ configId: config_id }) },
    h('img', {
      src: new URL(qr_code ?? `/qr/${config_id}.svg`, location.href).pathname,
      alt: '二维码',
      loading: 'lazy',
    }),
    h('b', null, title),
    h('small', null, staff.join('、')),
  )
}

/** A code somebody sent in the chat can be held and recognised, as on a phone. */
function codeInChat(url) {
  const configId = /\/qr\/(\w+)\.svg$/.exec(url)?.[1]
  if (!configId) return null
  return h(
    'button',
    { class: 'code in-chat', onclick: () => scan({ configId }) },
    h('img', { src: new URL(url).pathname, alt: '二维码' }),
    h('small', null, '长按识别'),
  )
}

function standing(chat) {
  if (chat.kind === 'kf') return ['未处理', '智能助手', '排队中', '人工接待中', '已结束'][chat.state] ?? ''
  if (chat.requested) return '等待对方通过'
  if (chat.half) return '对方还没加回'
  if (chat.deletedByCustomer) return '已删除对方'
  if (chat.deletedByStaff) return '已不是好友'
  return chat.position
}

function chatRow(chat) {
  const last = chat.messages[chat.messages.length - 1]
  const preview = last ? (last.text ?? (last.attachments?.length ? '[图文]' : '')) : standing(chat)
  return h(
    'li',
    null,
    h(
      'button',
      { class: 'person', 'aria-pressed': opened()?.peer === chat.peer, onclick: () => openOnPhone(chat.peer) },
      face(chat.name),
      h('span', null, h('b', null, chat.name), h('small', null, preview)),
    ),
  )
}

function talkPane() {
  const { person, overview } = state
  const chat = opened()
  if (!chat)
    return h(
      'div',
      { class: 'empty' },
      h('p', null, person.chats.length ? '选一个聊天，或扫一个新码。' : '左边扫一个码，聊天会出现在这里。'),
    )
  const kf = chat.kind === 'kf'
  const dead = !kf && !chat.friends
  return [
    h(
      'header',
      { class: 'talk-head' },
      h('button', { class: 'back', onclick: () => openOnPhone(null), 'aria-label': '返回' }, '‹'),
      h('div', null, h('b', null, chat.name), h('small', null, standing(chat))),
      kf
        ? kfTools(chat)
        : dead
          ? null
          : h('button', { class: 'quiet danger', onclick: () => remove(chat) }, '删除好友'),
    ),
    chat.transferring
      ? h(
          'div',
          { class: 'notice' },
          h('span', null, '企业想换一位同事为你服务，24 小时后自动完成。'),
          h(
            'button',
            { onclick: () => act('customerAnswersTransfer', { customer: me(), accept: true }, '已同意') },
            '同意',
          ),
          h(
            'button',
            { onclick: () => act('customerAnswersTransfer', { customer: me(), accept: false }, '已拒绝') },
            '拒绝',
          ),
        )
      : null,
    h(
      'div',
      { class: 'talk scroll', 'data-scroll': `talk${chat.peer}`, 'data-end': true },
      chat.messages.length === 0
        ? h('p', { class: 'hint center' }, kf ? '打个招呼吧。' : dead ? '' : '还没有消息，欢迎语通常几秒内到。')
        : null,
      chat.messages.map((message) =>
        bubble(message, {
          mine: message.from === 'customer',
          now: overview.now,
          open: openLink,
          scan: codeInChat,
          menu: kf ? (item) => sayKf(chat, item.text, item.id) : null,
        }),
      ),
    ),
    dead
      ? h(
          'footer',
          { class: 'talk-foot' },
          h('small', { class: 'hint' }, chat.half ? '等对方加回以后才能聊。' : '已不是好友，重新扫码可以再加回来。'),
        )
      : h(
          'footer',
          { class: 'talk-foot' },
          field(
            `say${me()}${chat.peer}`,
            { placeholder: kf ? '问点什么，回车发送' : `对${chat.name}说，回车发送`, 'aria-label': '消息' },
            (text) => (kf ? sayKf(chat, text) : act('customerWrites', { customer: me(), userid: chat.peer, text })),
          ),
        ),
    kf ? null : h('p', { class: 'foot-note' }, '私聊内容企业微信不会告诉系统，只留在这里。'),
  ]
}

const sayKf = (chat, text, menuId) =>
  act('customerWritesKf', { customer: me(), kf: chat.peer, text, ...(menuId ? { menuId } : {}) })

function kfTools(chat) {
  return h(
    'button',
    {
      class: 'quiet',
      onclick: () => act('customerRefusesKf', { customer: me(), kf: chat.peer, refuse: true }, '已拒收客服消息'),
    },
    '拒收',
  )
}

async function remove(chat) {
  await act('customerDeletes', { customer: me(), userid: chat.peer }, `已删除${chat.name}`)
}
