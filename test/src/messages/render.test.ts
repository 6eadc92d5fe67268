import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutBytes } from '../../../src/cut-bytes.ts'
import { renderWords } from '../../../src/messages/render.ts'

const words = (body: string) => ({ body, plain: '您好，欢迎联系我们。' })

test('a template renders with what is known, and default speaks for what is not', () => {
  const body =
    '{{ lead.name | default: "您" }}好，我是{{ sender.name }}。{% if need %}关于{{ need }}，{% endif %}随时找我。'
  expect(renderWords(words(body), { lead: { name: '张三' }, sender: { name: '李雷' } }, 4000)).toEqual({
    text: '张三好，我是李雷。随时找我。',
    fault: null,
  })
  expect(renderWords(words(body), { lead: { name: '' }, sender: { name: '李雷' }, need: null }, 4000).text).toBe(
    '您好，我是李雷。随时找我。',
  )
})

test.each([
  ['a missing variable', '{{ lead.nmae }}您好'],
  ['an unknown filter', '{{ lead.name | shout }}'],
  ['a broken tag', '{% if lead.name %}您好'],
  ['nothing left', '{% if false %}x{% endif %}  \n'],
  ['an endless loop', '{% for i in (1..100000000) %}啊{% endfor %}'],
  ['a file of ours', '{% render "package.json" %}'],
  ['a way to the prototype', '{{ lead.constructor.constructor }}'],
])('no welcome is lost to %s: the plain line goes out', (_, body) => {
  const { text, fault } = renderWords(words(body), { lead: { name: '张三' } }, 4000)
  expect(text).toBe('您好，欢迎联系我们。')
  expect(fault).toBeTruthy()
})

test("a customer's name is never a template, a link, or a second line", () => {
  const body = '{{ lead.name }}您好'
  const say = (name: string) => renderWords(words(body), { lead: { name }, secret: 'S' }, 4000).text
  expect(say('{{ secret }}{% raw %}')).toBe('{{ secret }}{% raw %}您好')
  expect(say('<a href="http://evil">点我</a>')).toBe('＜a href="http://evil"＞点我＜/a＞您好')
  expect(say('张\n三\u202e\u0000四')).toBe('张 三 四您好')
  expect([...say('王'.repeat(100_000))].length).toBeLessThan(210)
})

test('text is cut at a character, never inside one, and never longer than allowed', () => {
  expect(cutBytes('中文', 6)).toBe('中文')
  expect(cutBytes('中文字', 8)).toBe('中…')
  expect(cutBytes('a👨‍👩‍👧b', 10)).toBe('a…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 3, max: 300 }), (text, max) => {
      const cut = cutBytes(text, max)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(max, 3))
      expect(Buffer.from(cut).toString()).toBe(cut)
      if (Buffer.byteLength(text) <= max) expect(cut).toBe(text)
    }),
  )
})

test('whatever stands in a template or its values, rendering answers a text within the limit', () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (body, values) => {
      const { text } = renderWords(words(body), values, 100)
      expect(text.length).toBeGreaterThan(0)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100)
    }),
  )
})
