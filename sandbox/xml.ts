import { pick, type Random, shuffled } from './random.ts'

/** Text, a number, nested elements, or repeated siblings of one name. */
export type XmlValue = string | number | XmlFields | XmlValue[]
export interface XmlFields {
  [name: string]: XmlValue
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const cdata = (text: string) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
const plainSafe = /^[^\s<>]+(?: [^\s<>]+)*$/

/**
 * The XML of one event. With `random` it takes the liberties the platform takes: any element order, CDATA or plain text for the
 * same field, white space between elements and around CDATA, `</xml >`. Texts people wrote are left exactly as they are.
 */
export function eventXml(fields: readonly (readonly [string, XmlValue])[], random?: Random): string {
  const ordered = random ? shuffled(random, fields) : fields
  const gap = random ? pick(random, ['', '', '\n', '\n  ', ' ']) : ''
  const inner = ordered.map(([name, value]) => element(name, value, random)).join(gap)
  const tail = random && random() < 0.15 ? ' '.repeat(1 + Math.floor(random() * 20)) : ''
  const end = random && random() < 0.1 ? '</xml >' : '</xml>'
  return `<xml>${gap}${inner}${gap}${end}${tail}`
}

function element(name: string, value: XmlValue, random: Random | undefined): string {
  if (Array.isArray(value)) return value.map((item) => element(name, item, random)).join('')
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'object') {
    const inner = Object.entries(value).map(([child, content]) => element(child, content, random))
    return `<${name}>${inner.join('')}</${name}>`
  }
  const written = name === 'Content' || name === 'Label' || name === 'Title' || name === 'Description'
  if (random && plainSafe.test(value) && random() < 0.25) return `<${name}>${escaped(value)}</${name}>`
  const around = random && !written && random() < 0.1 ? pick(random, [' ', '\n']) : ''
  return `<${name}>${around}${cdata(value)}${around}</${name}>`
}
