import { act, state } from './app.js'
import { draw, h, second } from './dom.js'

const outcomes = { delivered: '已送达', waiting: '送达中', failed: '送不到', lost: '丢失', nowhere: '没有回调地址' }

/** What goes to and fro between this WeCom and the product, and what may go wrong on purpose. */
export function drawLog(place) {
  const { faults, callbackUrl } = state.overview
  const { items } = state.log
  draw(
    place,
    [faults, callbackUrl, items.map(({ at, name, outcome, errcode }) => [at, name, outcome, errcode])],
    () => [
      h('h2', null, '往来', h('small', null, callbackUrl ? `回调 ${callbackUrl}` : '还没有回调地址')),
      trouble(faults),
      h(
        'ul',
        { class: 'log', 'data-scroll': 'log' },
        gathered(items).map(entry),
        items.length === 0 ? h('li', { class: 'hint' }, '这里会出现发给系统的事件，和系统调用的接口。') : null,
      ),
    ],
  )
}

/** The same call again and again is one line with a count. */
function gathered(items) {
  const out = []
  for (const item of items) {
    const last = out[out.length - 1]
    const same = last && item.kind === 'call' && last.name === item.name && last.errcode === item.errcode
    if (same) last.times += 1
    else out.push({ ...item, times: 1 })
  }
  return out
}

function entry(item) {
  const out = item.kind === 'callback'
  const good = out ? item.outcome === 'delivered' : item.errcode === 0
  const waiting = out && item.outcome === 'waiting'
  const last = out ? item.tries[item.tries.length - 1] : null
  const status = out
    ? item.tries.length > 1
      ? `${outcomes[item.outcome]} · ${item.tries.length} 次`
      : outcomes[item.outcome]
    : item.errcode === 0
      ? 'ok'
      : item.errcode
  return h(
    'li',
    null,
    h(
      'details',
      { 'data-key': `log${item.at}${item.name}` },
      h(
        'summary',
        null,
        h('time', null, second(item.at)),
        h(
          'span',
          { class: out ? 'out' : 'in', title: out ? '发给系统的事件' : '系统调用的接口' },
          out ? '事件' : '接口',
        ),
        h('code', { title: item.name }, shortName(item.name), item.times > 1 ? h('i', null, ` ×${item.times}`) : null),
        h(
          'em',
          { class: good ? 'good' : waiting ? '' : 'bad' },
          status,
          last ? h('small', null, ` ${last.ms} ms`) : null,
        ),
      ),
      h('pre', null, item.detail),
    ),
  )
}

/** The family is the same for nearly all of them and hides what differs. */
const shortName = (name) => (name.length <= 24 ? name : name.slice(name.lastIndexOf('/') + 1))

/** Switches. Off for a newcomer. */
function trouble(faults) {
  const { callbacks } = faults
  const ours = (path) => faults.api.some((fault) => fault.path === path)
  const api = (rules) => act('setFaults', { api: rules })
  const switches = [
    [
      '事件重复',
      callbacks.duplicate > 0,
      (on) => act('setFaults', { callbacks: { duplicate: on ? 0.3 : 0 } }),
      '约三成事件送两遍',
    ],
    [
      '事件丢失',
      callbacks.lose > 0,
      (on) => act('setFaults', { callbacks: { lose: on ? 0.2 : 0 } }),
      '约两成事件不送，系统要靠轮询补回来',
    ],
    [
      '事件乱序',
      callbacks.reorderMs > 0,
      (on) => act('setFaults', { callbacks: { reorderMs: on ? 2500 : 0 } }),
      '随机晚到 2.5 秒以内',
    ],
    [
      '未知事件',
      callbacks.unknown > 0,
      (on) => act('setFaults', { callbacks: { unknown: on ? 0.3 : 0 } }),
      '夹带系统不认识的事件',
    ],
    [
      '接口出错',
      ours('*'),
      (on) =>
        api(
          on
            ? [
                { path: '*', errcode: -1, probability: 0.1 },
                { path: '*', errcode: 45033, probability: 0.05 },
              ]
            : [],
        ),
      '系统繁忙、并发超限',
    ],
    ['IP 不可信', faults.untrustedIp, (on) => act('setFaults', { untrustedIp: on }), '所有接口返回 60020'],
  ]
  const active = switches.filter(([, on]) => on).length
  return h(
    'details',
    { class: 'trouble', 'data-key': 'trouble' },
    h('summary', null, '故障', active ? h('em', { class: 'bad' }, `${active} 个开着`) : h('small', null, '全部关闭')),
    h(
      'div',
      null,
      switches.map(([name, on, set, hint]) =>
        h(
          'label',
          { title: hint },
          h('input', { type: 'checkbox', checked: on, onchange: (event) => set(event.target.checked) }),
          h('span', null, name, h('small', null, hint)),
        ),
      ),
      h(
        'p',
        null,
        h('button', { onclick: () => act('killTokens', {}, '令牌已提前失效') }, '让令牌提前失效'),
        h('button', { onclick: () => act('setFaults', { preset: 'calm' }, '故障全部关闭') }, '全部关闭'),
      ),
    ),
  )
}
