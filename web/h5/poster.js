// A picture to pass on: what the page is about, and a code that leads here and names who passed it on.
;(() => {
  const button = document.querySelector('[data-poster]')
  if (!button) return
  button.hidden = false
  const [width, edge, side] = [600, 48, 200]
  const textOf = (selector) => document.querySelector(selector)?.textContent.trim() ?? ''

  /** Words in lines no wider than the picture; what does not fit into the last line ends with an ellipsis. */
  const write = (pen, words, { size, weight = 400, y, most, color }) => {
    pen.font = `${weight} ${size}px sans-serif`
    pen.fillStyle = color
    const lines = ['']
    for (const letter of words.replace(/\s+/g, ' ')) {
      if (pen.measureText(lines.at(-1) + letter).width > width - 2 * edge) lines.push('')
      lines[lines.length - 1] += letter
    }
    const shown = lines.slice(0, most)
    if (lines.length > most) shown[most - 1] = `${shown[most - 1].slice(0, -1)}…`
    for (const [n, line] of shown.entries()) pen.fillText(line, edge, y + size + n * size * 1.5)
    return y + shown.length * size * 1.5
  }

  const draw = (code) => {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = 900
    const pen = canvas.getContext('2d')
    const paint = (height) => {
      pen.fillStyle = '#fff'
      pen.fillRect(0, 0, width, height)
      let y = write(pen, textOf('.brand'), { size: 22, weight: 600, y: edge, most: 1, color: '#245bdb' }) + 24
      y = write(pen, textOf('h1'), { size: 38, weight: 700, y, most: 4, color: '#1f2329' }) + 20
      const about = document.querySelector('meta[name=description]')?.content ?? ''
      if (about) y = write(pen, about, { size: 24, y, most: 4, color: '#646a73' }) + 20
      pen.drawImage(code, edge, y + 12, side, side)
      pen.font = '24px sans-serif'
      pen.fillStyle = '#646a73'
      pen.fillText('长按识别', edge + side + 28, y + side / 2)
      pen.fillText('阅读全文', edge + side + 28, y + side / 2 + 38)
      return Math.ceil(y + 12 + side + edge)
    }
    // Once to know how high it is, once at that height.
    canvas.height = paint(canvas.height)
    paint(canvas.height)
    return canvas.toDataURL('image/png')
  }

  button.addEventListener('click', () => {
    const code = new Image()
    code.addEventListener('load', () => {
      const picture = new Image()
      picture.alt = `海报：${textOf('h1')}`
      picture.className = 'poster'
      picture.src = draw(code)
      const hint = document.createElement('p')
      hint.className = 'soft'
      hint.textContent = '长按图片，保存或转发'
      button.replaceWith(picture, hint)
    })
    code.addEventListener('error', () => {
      button.textContent = '没有生成，请再点一次'
    })
    code.src = `${button.dataset.poster}${button.dataset.poster.includes('?') ? '&' : '?'}at=${Date.now()}`
  })
})()
