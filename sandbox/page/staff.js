import { act, openLink, openOnPhone, state } from './app.js'
import { attached, bubble } from './bubble.js'
import { appMessage } from './card.js'
import { draw, field, h, link, time } from './dom.js'
import { face } from './people.js'
import { drawRelation } from './relation.js'

/** A staff member's client: the app, group-send tasks, customers, kf sessions. */
export function drawStaff(place) {
  const { person, open, overview } = state
  draw(
    place,
    [person, open, overview.menu, overview.tagGroups, overview.homeUrl, Math.floor(overview.now / 60_000)],
    () => [h('div', { class: 'pane list-pane' }, listPane()), h('div', { class: 'pane talk-pane' }, detail())],
  )
}

const me = () => state.person.staff.userid

function listPane() {
  const { staff, app, tasks, customers, kf } = state.person
  const waiting = tasks.filter((task) => !task.confirmedAt && !task.dismissed && !task.cancelled).length
  const section = (id, name, about, count) =>
    h(
      'li',
      null,
      h(
        'button',
        {
          class: 'person',
          'aria-pressed': (state.open ?? (innerWidth > 760 ? 'app' : '')) === id,
          onclick: () => enter(id),
        },
        face(name),
        h('span', null, h('b', null, name), h('small', null, about)),
        count ? h('em', null, String(count)) : null,
      ),
    )
  const last = app.findLast((item) => item.from === 'app')
  return [
    h(
      'header',
      { class: 'who' },
      face(staff.name),
      h('div', null, h('b', null, staff.name), h('small', null, staff.position)),
    ),
    h(
      'div',
      { class: 'scroll', 'data-scroll': 'staff' },
      h(
        'ul',
        { class: 'list' },
        section(
          'app',
          '线索培育',
          last
            ? (last.content.main_title?.title ?? last.content.title ?? last.content.content ?? '新消息')
            : '自建应用',
        ),
        section('tasks', '群发助手', waiting ? `${waiting} 个任务等你发送` : '没有待发的任务', waiting),
        kf.length
          ? section('kf', '客服会话', `${kf.length} 个会话`, kf.filter(({ state: now }) => now === 2).length)
          : null,
      ),
      h('h3', null, '我的客户', h('i', null, String(customers.length))),
      customers.length === 0 ? h('p', { class: 'hint' }, '还没有客户。') : null,
      h('ul', { class: 'list' }, customers.slice(0, 80).map(customerRow)),
      customers.length > 80 ? h('p', { class: 'hint' }, `只列出最近 80 位，共 ${customers.length} 位。`) : null,
      h(
        'details',
        { 'data-key': 'leave' },
        h('summary', null, '更多'),
        h(
          'div',
          { class: 'chips' },
          h(
            'button',
            {
              onclick: () =>
                act(
                  'staffScope',
                  { userid: me(), inScope: !staff.inScope },
                  staff.inScope ? '已移出可见范围' : '已加回可见范围',
                ),
            },
            staff.inScope ? '移出应用可见范围' : '加回可见范围',
          ),
          h(
            'button',
            {
              class: 'danger',
              onclick: () => act('staffLeaves', { userid: me() }, `${staff.name}离职了，客户等待继承`),
            },
            '离职',
          ),
        ),
      ),
    ),
  ]
}

function customerRow(item) {
  const id = `customer:${item.external_userid}`
  const stage = item.tags.find(({ group }) => group === '客户阶段')
  const about = item.requested
    ? '请求添加你'
    : item.half
      ? '待你加回'
      : item.deletedByCustomer
        ? '已删除你'
        : item.company || item.about || ''
  return h(
    'li',
    null,
    h(
      'button',
      { class: 'person', 'aria-pressed': state.open === id, onclick: () => openOnPhone(id) },
      face(item.name),
      h('span', null, h('b', null, item.remark || item.name), h('small', null, about)),
      stage ? h('i', { class: 'stage' }, stage.name.split(' ')[0]) : null,
    ),
  )
}

function detail() {
  const open = state.open ?? 'app'
  if (open === 'tasks') return tasksPane()
  if (open === 'kf') return kfPane()
  if (open.startsWith('customer:')) {
    const relation = state.person.customers.find(({ external_userid }) => `customer:${external_userid}` === open)
    if (relation) return drawRelation(relation)
  }
  return appPane()
}

/** Opening the app is an event of its own. */
function enter(id) {
  openOnPhone(id)
  if (id === 'app') void act('staffEntersApp', { userid: me() })
}

const head = (name, about, extra) =>
  h(
    'header',
    { class: 'talk-head' },
    h('button', { class: 'back', onclick: () => openOnPhone(null), 'aria-label': '返回' }, '‹'),
    h('div', null, h('b', null, name), h('small', null, about)),
    extra,
  )

function appPane() {
  const { app } = state.person
  const { menu, now, homeUrl } = state.overview
  const buttons = (menu?.button ?? []).flatMap((item) => (item.sub_button?.length ? item.sub_button : [item]))
  return [
    head('线索培育', '自建应用发给你的消息', homeUrl ? link(homeUrl, '应用主页', openLink) : null),
    h(
      'div',
      { class: 'talk scroll', 'data-scroll': `app${me()}`, 'data-end': true },
      app.length === 0 ? h('p', { class: 'hint center' }, '还没有消息。有线索派给你时，卡片会出现在这里。') : null,
      app.map((item) =>
        item.from === 'staff'
          ? bubble({ ...item, via: '' }, { mine: true, now, open: openLink })
          : appMessage(item, me(), now),
      ),
    ),
    buttons.length
      ? h(
          'div',
          { class: 'app-menu' },
          buttons.map((item) => h('button', { onclick: (event) => pressMenu(event, item) }, item.name)),
        )
      : null,
    h(
      'footer',
      { class: 'talk-foot' },
      field(`app${me()}`, { placeholder: '发消息给应用，回车发送', 'aria-label': '消息' }, (text) =>
        act('staffWritesToApp', { userid: me(), text }),
      ),
    ),
  ]
}

function pressMenu(event, item) {
  if (item.type === 'view') {
    openLink(event, item.url)
    return act('staffClicksMenu', { userid: me(), key: item.url, type: 'view' })
  }
  return act('staffClicksMenu', { userid: me(), key: item.key ?? item.name }, `已点「${item.name}」`)
}

const statuses = ['未发送', '已发送', '已不是好友', '已达上限']

function tasksPane() {
  const { tasks } = state.person
  const { now } = state.overview
  return [
    head('群发助手', '企业安排的群发，由你确认后才会发出'),
    h(
      'div',
      { class: 'talk scroll', 'data-scroll': `tasks${me()}` },
      tasks.length === 0
        ? h('p', { class: 'hint center' }, '没有任务。系统安排的内容会先到这里，等你点「发送」。')
        : null,
      tasks.map((task) => {
        const done = task.confirmedAt
        const waiting = !done && !task.cancelled && !task.dismissed
        const sent = task.targets.filter(({ status }) => status === 1).length
        return h(
          'article',
          { class: waiting ? 'task waiting' : 'task' },
          h(
            'header',
            null,
            h('b', null, waiting ? '待确认' : done ? '已发送' : task.cancelled ? '已取消' : '已忽略'),
            h('small', null, time(task.at, now), task.reminded ? ` · 提醒过 ${task.reminded} 次` : ''),
          ),
          task.text ? h('p', { class: 'said' }, task.text) : null,
          (task.attachments ?? []).map((item) => attached(item, openLink)),
          h(
            'details',
            { 'data-key': `t${task.msgid}` },
            h(
              'summary',
              null,
              done ? `${sent} / ${task.targets.length} 位客户已收到` : `将发给 ${task.targets.length} 位客户`,
            ),
            h(
              'ul',
              { class: 'targets' },
              task.targets
                .slice(0, 100)
                .map(({ name, status }) => h('li', null, name, h('small', null, statuses[status]))),
            ),
          ),
          waiting
            ? h(
                'footer',
                null,
                h(
                  'button',
                  {
                    class: 'primary',
                    disabled: !task.ready,
                    onclick: () =>
                      act(
                        'confirmGroupSend',
                        { userid: me(), msgid: task.msgid },
                        (result) => `已发给 ${result.sent} 位客户`,
                      ),
                  },
                  task.ready ? '发送' : '下发中…',
                ),
                h(
                  'button',
                  {
                    class: 'quiet',
                    onclick: () => act('dismissGroupSend', { userid: me(), msgid: task.msgid }, '已忽略，系统不会知道'),
                  },
                  '忽略',
                ),
              )
            : null,
        )
      }),
    ),
  ]
}

const kfStates = ['未处理', '智能助手', '排队中', '人工接待', '已结束']

function kfPane() {
  const { kf } = state.person
  const { now } = state.overview
  return [
    head('客服会话', '客户在微信客服里的咨询'),
    h(
      'div',
      { class: 'talk scroll', 'data-scroll': `kf${me()}` },
      kf.map((session) => {
        const where = { customer: session.external_userid, kf: session.peer }
        return h(
          'article',
          { class: 'task' },
          h(
            'header',
            null,
            h('b', null, session.name),
            h('small', null, `${session.account} · ${kfStates[session.state] ?? ''}`),
          ),
          session.messages
            .slice(-6)
            .map((message) => bubble(message, { mine: message.from !== 'customer', now, open: openLink })),
          h(
            'footer',
            null,
            session.mine
              ? [
                  field(
                    `kf${session.external_userid}`,
                    { placeholder: '回复，回车发送', 'aria-label': '回复' },
                    (text) => act('servicerWrites', { ...where, userid: me(), text }),
                  ),
                  h('button', { class: 'quiet', onclick: () => act('servicerEnds', where, '会话已结束') }, '结束会话'),
                ]
              : h('button', { onclick: () => act('servicerTakes', { ...where, userid: me() }, '已接入') }, '接入会话'),
          ),
        )
      }),
    ),
  ]
}
