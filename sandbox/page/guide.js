import { act, newCustomer, state, toast } from './app.js'
import { dateAndTime, draw, h } from './dom.js'

/** The name of the place, the clock, the way to the console. */
export function drawTop(place) {
  const { corp, appUrl, aheadMs, now } = state.overview
  const minute = Math.floor(now / 60_000)
  draw(place, [corp.name, appUrl, aheadMs, minute], () => [
    h('div', { class: 'brand' }, h('b', null, '沙盒企业微信'), h('span', null, corp.name)),
    h(
      'div',
      { class: 'top-tools' },
      h(
        'details',
        { class: 'menu', 'data-key': 'clock' },
        h('summary', { title: '沙盒时钟' }, dateAndTime(now), aheadMs > 0 ? h('i', null, `快 ${span(aheadMs)}`) : null),
        h(
          'div',
          { class: 'menu-body' },
          h('p', null, '只拨快这里的时钟（欢迎语 20 秒、客服 48 小时、转接 24 小时）。系统自己的时钟不动。'),
          [
            ['快 20 秒', 20_000],
            ['快 1 小时', 3_600_000],
            ['快 1 天', 86_400_000],
          ].map(([label, ms]) => h('button', { onclick: () => act('advance', { ms }, `时钟${label}`) }, label)),
          h('button', { class: 'danger', onclick: startOver }, '清空重来'),
        ),
      ),
      appUrl
        ? h('a', { class: 'primary', href: `${appUrl}/console`, target: '_blank', rel: 'noopener' }, '打开控制台')
        : null,
    ),
  ])
}

async function startOver() {
  if (!confirm('沙盒里的人、聊天和标签会回到最初。控制台里的线索不受影响。要清空吗？')) return
  await act('reset', {}, '已回到最初')
}

function span(ms) {
  if (ms < 60_000) return `${Math.round(ms / 1000)} 秒`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} 分钟`
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} 小时` : `${Math.round(ms / 86_400_000)} 天`
}

/** The whole story in five steps; each ticks itself off when it has happened. */
export function drawGuide(place) {
  const { story, appUrl } = state.overview
  const closed = localStorage.getItem('guide') === 'closed'
  draw(place, [story, appUrl, closed], () => {
    if (closed) return h('button', { class: 'guide-open', onclick: () => toggle('open') }, '五分钟走一遍')
    const consoleLink = (text) =>
      appUrl ? h('a', { href: `${appUrl}/console`, target: '_blank', rel: 'noopener' }, text) : text
    const steps = [
      [story.scanned, [h('button', { class: 'text', onclick: newCustomer }, '扮演客户'), '，扫一个渠道活码']],
      [story.welcomed, ['几秒之内，看到欢迎语']],
      [story.offered, ['到', consoleLink('控制台'), '的审核队列，把他判为 MQL']],
      [story.accepted, ['扮演接到派单的同事，在卡片上点「接受」']],
      [story.sent, ['回控制台发一篇内容，再扮演同事确认群发']],
    ]
    const next = steps.findIndex(([done]) => !done)
    return [
      h(
        'ol',
        null,
        steps.map(([done, words], index) =>
          h(
            'li',
            { class: done ? 'done' : index === next ? 'next' : '' },
            h('b', null, done ? '✓' : String(index + 1)),
            h('span', null, words),
          ),
        ),
      ),
      h('button', { class: 'quiet', title: '收起', onclick: () => toggle('closed') }, '收起'),
    ]
  })
}

function toggle(to) {
  localStorage.setItem('guide', to)
  if (to === 'closed') toast('随时可以从右上角再打开')
  drawGuide(document.getElementById('guide'))
}
