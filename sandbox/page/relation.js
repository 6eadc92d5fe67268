import { act, openLink, openOnPhone, state } from './app.js'
import { bubble } from './bubble.js'
import { field, h } from './dom.js'
import { toolbarButton } from './toolbar.js'

const me = () => state.person.staff.userid

/** One customer in a member's client: the chat, the remark, the tags. */
export function drawRelation(relation) {
  const pair = { userid: me(), customer: relation.external_userid }
  const edit = (change, done) => act('staffEdits', { ...pair, ...change }, done)
  return [
    h(
      'header',
      { class: 'talk-head' },
      h('button', { class: 'back', onclick: () => openOnPhone(null), 'aria-label': '返回' }, '‹'),
      h(
        'div',
        null,
        h('b', null, relation.remark || relation.name),
        h('small', null, relation.about ?? `微信昵称 ${relation.name}`),
      ),
      relation.half
        ? h(
            'button',
            { class: 'primary', onclick: () => act('staffAddsBack', pair, '已添加') },
            relation.requested ? '通过' : '加回',
          )
        : h('button', { class: 'quiet danger', onclick: () => act('staffDeletes', pair, '已删除客户') }, '删除客户'),
      toolbarButton(),
    ),
    relation.half ? null : facts(relation, edit),
    h(
      'div',
      { class: 'talk scroll', 'data-scroll': `r${relation.external_userid}`, 'data-end': true },
      relation.messages.length === 0 ? h('p', { class: 'hint center' }, '还没有聊过。') : null,
      relation.messages.map((message) =>
        bubble(message, { mine: message.from !== 'customer', now: state.overview.now, open: openLink }),
      ),
    ),
    h(
      'footer',
      { class: 'talk-foot' },
      field(
        `to${relation.external_userid}${me()}`,
        { placeholder: '对客户说，回车发送', 'aria-label': '消息' },
        (text) => act('staffWrites', { ...pair, text }),
      ),
    ),
  ]
}

function facts(relation, edit) {
  const worn = new Set(relation.tags.map(({ id }) => id))
  return h(
    'details',
    { class: 'facts', 'data-key': `f${relation.external_userid}` },
    h(
      'summary',
      null,
      relation.tags.length
        ? relation.tags.map(({ name }) => h('i', { class: 'tag' }, name))
        : h('small', null, '还没有标签'),
      h('u', null, '编辑'),
    ),
    h(
      'div',
      null,
      row('备注', relation.remark, 20, (remark) => edit({ remark }, '备注已改')),
      row('企业', relation.company, 20, (company) => edit({ company }, '备注已改')),
      state.overview.tagGroups.map((group) =>
        h(
          'div',
          { class: 'tag-group' },
          h('small', null, group.name, group.byApp ? ' · 应用建的' : ''),
          group.tags.map(({ id, name }) =>
            h(
              'button',
              {
                class: 'tag',
                'aria-pressed': worn.has(id),
                onclick: () =>
                  edit(
                    worn.has(id) ? { removeTags: [id] } : { addTags: [id] },
                    worn.has(id) ? `已摘下「${name}」` : `已打上「${name}」`,
                  ),
              },
              name,
            ),
          ),
        ),
      ),
    ),
  )
}

function row(label, value, max, save) {
  const input = h('input', { value: value ?? '', maxlength: max, 'aria-label': label, 'data-key': `edit${label}` })
  input.addEventListener('change', () => save(input.value.trim()))
  return h('label', { class: 'row' }, h('small', null, label), input)
}
