import { describe, expect, it } from 'vitest'
import { readTemplate } from '../../../src/messages/front-matter.ts'

const piece = (head: string, body = '您好') => `---\n${head}\n---\n${body}\n`

describe('a template', () => {
  it('is its front matter and its body', () => {
    expect(readTemplate(piece('id: a-b\ntitle: 标题\nkind: article\nstages: [MAL]'), 'a.md')).toEqual({
      meta: {
        id: 'a-b',
        title: '标题',
        kind: 'article',
        stages: ['MAL'],
        audiences: [],
        industries: [],
        needs: [],
        plain: '',
        say: '',
      },
      body: '您好',
    })
  })

  it('may hold --- in its body, Windows line ends and a byte order mark', () => {
    const text = `\uFEFF${piece('id: ab\ntitle: 标题\nkind: words\nplain: 好', '上\n---\n下').replaceAll('\n', '\r\n')}`
    expect(readTemplate(text, 'a.md').body).toBe('上\n---\n下')
  })

  it('that is only a link needs no body', () => {
    expect(
      readTemplate(piece('id: ab\ntitle: 链\nkind: link\nstages: [MAL]\nurl: https://example.com/a', ''), 'a.md').body,
    ).toBe('')
  })

  it.each<[string, string, RegExp]>([
    ['without front matter', '您好', /^MAL\/a\.md：开头要有一段/],
    ['with broken YAML', piece('id: [a'), /^MAL\/a\.md：说明不是合法的 YAML/],
    ['without an id', piece('title: 标题\nkind: words\nplain: 好'), /^MAL\/a\.md：id 缺少 id/],
    ['of a kind nobody knows', piece('id: ab\ntitle: 标题\nkind: poem'), /^MAL\/a\.md：kind /],
    ['of words without a plain line', piece('id: ab\ntitle: 标题\nkind: words'), /plain 缺少 plain/],
    [
      'with variables in its plain line',
      piece('id: ab\ntitle: 标题\nkind: words\nplain: "{{ lead.name }} 好"'),
      /plain plain 里不能有变量/,
    ],
    ['for no stage', piece('id: ab\ntitle: 标题\nkind: article\nstages: []'), /stages 至少写一个阶段/],
    ['with a field of its own', piece('id: ab\ntitle: 标题\nkind: words\nplain: 好\nstage: MAL'), /stage/],
    [
      'with a link that is none',
      piece('id: ab\ntitle: 标题\nkind: link\nstages: [MAL]\nurl: javascript:alert(1)'),
      /url 不是 http/,
    ],
    [
      'with too long a message',
      piece(`id: ab\ntitle: 标题\nkind: article\nstages: [MAL]\nsay: ${'长'.repeat(121)}`),
      /say 不超过 120 个字/,
    ],
    ['without a body', piece('id: ab\ntitle: 标题\nkind: words\nplain: 好', ''), /^MAL\/a\.md：没有正文/],
  ])('%s is refused, naming file and field', (_, text, fault) => {
    expect(() => readTemplate(text, 'MAL/a.md')).toThrow(fault)
  })
})
