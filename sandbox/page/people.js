import { choose, newCustomer, state } from './app.js'
import { draw, h } from './dom.js'

const shownAtOnce = 60

/** Everybody one can be. */
export function drawPeople(place) {
  const { staff, customers } = state.overview
  const words = state.search.trim().toLowerCase()
  const fits = ({ name, about }) => !words || `${name} ${about ?? ''}`.toLowerCase().includes(words)
  const found = customers.filter(fits)
  draw(place, [staff, found.length, found.slice(0, shownAtOnce), state.who, state.search], () => [
    h('button', { class: 'primary wide', onclick: newCustomer }, '＋ 新客户'),
    h('h2', null, '同事'),
    h(
      'ul',
      { class: 'list' },
      staff
        .filter((person) => !person.left)
        .map((person) => row(`staff:${person.userid}`, person.name, person.position, badge(person))),
    ),
    h('h2', null, '客户', h('i', null, String(customers.length))),
    search(),
    h(
      'ul',
      { class: 'list', 'data-scroll': 'customers' },
      found
        .slice(0, shownAtOnce)
        .map((person) => row(`customer:${person.external_userid}`, person.name, aboutOf(person))),
      found.length === 0 ? h('li', { class: 'hint' }, '没有找到') : null,
      found.length > shownAtOnce
        ? h('li', { class: 'hint' }, `还有 ${found.length - shownAtOnce} 位，搜一下姓名或公司`)
        : null,
    ),
  ])
}

function search() {
  const input = h('input', {
    type: 'search',
    placeholder: '搜姓名、公司',
    'aria-label': '搜客户',
    'data-key': 'search',
    value: state.search,
  })
  input.addEventListener('input', () => {
    state.search = input.value
    drawPeople(document.getElementById('people'))
  })
  return input
}

const badge = ({ waiting, messages }) =>
  waiting
    ? h('em', { title: '待确认的群发' }, `${waiting} 待发`)
    : messages
      ? h('i', { title: '应用消息' }, String(messages))
      : null

function row(who, name, about, extra) {
  return h(
    'li',
    null,
    h(
      'button',
      { class: 'person', 'aria-pressed': state.who === who, onclick: () => choose(who) },
      face(name),
      h('span', null, h('b', null, name), h('small', null, about)),
      extra,
    ),
  )
}

/** Who he is, without saying the name twice. */
const aboutOf = ({ name, about }) => (about ? about.replace(`${name} · `, '') : '微信用户')

export const face = (name) =>
  h('img', { src: `/avatar/${encodeURIComponent(name)}.svg`, alt: '', width: 36, height: 36, loading: 'lazy' })
