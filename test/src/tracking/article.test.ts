import { describe, expect, it } from 'vitest'
import { renderArticle } from '../../../src/tracking/article.ts'

describe('a piece on its page', () => {
  it('keeps the lines and the lists people type into WeChat', () => {
    const { html } = renderArticle('改之前：\n· 等图纸\n· 等答复\n\n他们改了三处：\n1. 图纸\n2. 价格')
    expect(html).toContain('<ul>\n<li>等图纸</li>\n<li>等答复</li>\n</ul>')
    expect(html).toContain('<ol>\n<li>图纸</li>\n<li>价格</li>\n</ol>')
    expect(renderArticle('一行\n又一行').html).toBe('<p>一行<br>\n又一行</p>\n')
  })

  it('has no HTML but its own, and no address that runs', () => {
    const { html } = renderArticle(
      '<script>x</script> <b onclick=x>b</b>\n\n[a](javascript:x) [b](data:text/html,x) [c](vbscript:x) <javascript:x>\n\n```html\n</code><script>\n```',
    )
    expect(html).not.toMatch(/<script|<b |href="(javascript|data|vbscript)/i)
  })

  it('leaves the first heading to the title', () => {
    expect(renderArticle('# 一\n\n## 二').html).toBe('<h2>一</h2>\n<h3>二</h3>\n')
  })

  it('names the hosts of its pictures, over https only, and loads them late', () => {
    const { html, images } = renderArticle('![a](https://a.example.com/1.png) ![b](http://b.example.com/2.png)')
    expect(images).toEqual(['https://a.example.com'])
    expect(html.match(/loading="lazy"/g)).toHaveLength(2)
  })

  it('says in plain words what it is about, and how long it takes', () => {
    const { summary, minutes } = renderArticle(`**粗** [链接](https://x.example) \`码\`\n${'字'.repeat(1000)}`)
    expect(summary).toMatch(/^粗 链接 码 字{60,}$/)
    expect([...summary].length).toBeLessThanOrEqual(80)
    expect(minutes).toBe(4)
    expect(renderArticle('').minutes).toBe(1)
  })

  it('survives what is nested without end', () => {
    expect(renderArticle(`${'> '.repeat(5000)}x`).html.length).toBeLessThan(100_000)
    expect(renderArticle(`${'['.repeat(20_000)}`).html.length).toBeLessThan(100_000)
  })
})
