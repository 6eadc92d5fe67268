import { h, link, rich, time } from './dom.js'

const ways = {
  welcome: '欢迎语',
  'group-send': '群发',
  tool: '侧边栏发送',
  'kf-api': '系统回复',
  'kf-event': '系统欢迎',
  transfer: '转接语',
}

/** One message as the person sees it. */
export function bubble(message, { mine, now, open, menu, scan }) {
  const parts = []
  if (message.text) parts.push(h('p', { class: 'said' }, rich(message.text, open, scan)))
  for (const attachment of message.attachments ?? []) parts.push(attached(attachment, open, menu, scan))
  return h(
    'div',
    { class: mine ? 'bubble mine' : 'bubble' },
    parts,
    h('small', null, time(message.at, now), ways[message.via] ? h('i', null, ways[message.via]) : null),
  )
}

export function attached(attachment, open, menu, scan) {
  const type = attachment.msgtype
  const content = attachment[type] ?? {}
  if (type === 'link')
    return h(
      'a',
      { class: 'card-link', href: content.url, onclick: (event) => open(event, content.url) },
      h('b', null, content.title),
      h('span', null, content.desc ?? ''),
      content.picurl ? h('img', { src: content.picurl, alt: '', loading: 'lazy' }) : null,
    )
  if (type === 'image')
    return (
      scan?.(content.pic_url ?? '') ??
      h(
        'div',
        { class: 'file' },
        content.media_id || content.pic_url
          ? h('img', { class: 'picture', src: content.pic_url ?? `/media/${content.media_id}`, alt: '图片' })
          : '［图片］',
      )
    )
  if (type === 'msgmenu')
    return h(
      'div',
      { class: 'msgmenu' },
      content.head_content ? h('p', null, content.head_content) : null,
      (content.list ?? []).map((item) => {
        if (item.type === 'view') return link(item.view?.url ?? '#', item.view?.content ?? '', open)
        const text = item.click?.content ?? item.text?.content ?? ''
        return h('button', { onclick: () => menu?.({ id: item.click?.id, text }) }, text)
      }),
      content.tail_content ? h('p', null, content.tail_content) : null,
    )
  const names = { miniprogram: '小程序', video: '视频', file: '文件', voice: '语音' }
  return h('div', { class: 'file' }, `［${names[type] ?? type}］${content.title ?? ''}`)
}
