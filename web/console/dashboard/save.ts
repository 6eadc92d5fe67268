import { csvOf, type Table } from './csv.ts'

export function saveCsv(name: string, rows: Table): void {
  save(`${name}.csv`, URL.createObjectURL(new Blob([csvOf(rows)], { type: 'text/csv;charset=utf-8' })))
}

const painted = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'paint-order',
  'font',
  'text-anchor',
  'opacity',
]
const scale = 2

/** A drawing as a picture of twice its size: what the style sheet says of it is written into it first. */
export async function savePng(name: string, drawing: SVGSVGElement): Promise<void> {
  const copy = drawing.cloneNode(true) as SVGSVGElement
  const [from, to] = [drawing.querySelectorAll('*'), copy.querySelectorAll('*')]
  from.forEach((element, at) => {
    const style = getComputedStyle(element)
    for (const property of painted) (to[at] as SVGElement).style.setProperty(property, style.getPropertyValue(property))
  })
  const { width, height } = drawing.viewBox.baseVal
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width * scale))
  copy.setAttribute('height', String(height * scale))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  await image.decode()
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = [width * scale, height * scale]
  const paper = canvas.getContext('2d')
  if (!paper) return
  paper.fillStyle = getComputedStyle(document.body).getPropertyValue('--surface')
  paper.fillRect(0, 0, canvas.width, canvas.height)
  paper.drawImage(image, 0, 0)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (blob) save(`${name}.png`, URL.createObjectURL(blob))
}

function save(name: string, address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
