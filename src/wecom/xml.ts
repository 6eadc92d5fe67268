/** What an element holds: its text, its child elements, or several of either when the element is repeated. */
export type XmlValue = string | XmlElement | (string | XmlElement)[]

/** Child elements by name; has no prototype, so no name is special. */
export interface XmlElement {
  [name: string]: XmlValue
}

/** The only error {@link readXml} throws. `at` is the offset in characters. */
export class MalformedXml extends Error {
  constructor(
    reason: string,
    readonly at: number,
  ) {
    super(`${reason} at ${at}`)
    this.name = 'MalformedXml'
  }
}

const deepest = 8
const utf8 = new TextDecoder('utf-8', { fatal: true })
const nameAt = /[A-Za-z_\u0080-\uffff][\w.:\u0080-\uffff-]*/y
const attributeAt = /[ \t\r\n]+([A-Za-z_\u0080-\uffff][\w.:\u0080-\uffff-]*)[ \t\r\n]*=[ \t\r\n]*("[^"<]*"|'[^'<]*')/y
const declarationAt =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.[0-9]["'](?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([\w.-]{1,20})["'])?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?[ \t\r\n]*\?>/y
const references: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

interface Open {
  name: string
  children: XmlElement | undefined
  text: string
}

/**
 * Reads one `<xml>` document of the kind WeCom sends and answers what its root holds: strings, nested elements, and arrays
 * where an element is repeated, whatever the order. CDATA is taken as it is; white space around plain text and around CDATA
 * falls away; an element with neither text nor children is `''`; attributes and comments are read and dropped.
 * There is no DTD, no entity beyond the five predefined and numeric ones, no depth beyond 8; time is linear in the input.
 * Control characters are let through, because people do paste them into messages; NUL is not, because nothing stores it.
 * @throws {MalformedXml}
 */
export function readXml(input: string | Uint8Array): XmlElement {
  const xml = typeof input === 'string' ? input.replace(/^\uFEFF/, '') : decodeUtf8(input)
  const nul = xml.indexOf('\0')
  if (nul >= 0) throw new MalformedXml('NUL character', nul)
  const stack: Open[] = []
  let root: string | XmlElement | undefined
  let at = skipDeclaration(xml)

  const close = (): void => {
    const { name, children, text } = stack.pop() as Open
    if (children && text !== '') throw new MalformedXml(`text between the children of <${name}>`, at)
    const parent = stack.at(-1)
    if (parent) addChild(parent, name, children ?? text)
    else root = children ?? text
  }

  while (at < xml.length) {
    const top = stack.at(-1)
    if (xml[at] !== '<') {
      const end = nextTag(xml, at)
      const raw = trim(xml.slice(at, end), top?.text === '', xml.startsWith('</', end))
      if (top) top.text += decodeText(raw, at)
      else if (trim(raw, true, true) !== '') throw new MalformedXml('text outside the root', at)
      at = end
    } else if (xml.startsWith('<![CDATA[', at)) {
      if (!top) throw new MalformedXml('CDATA outside the root', at)
      const end = endOf(xml, ']]>', at + 9, 'CDATA')
      top.text += xml.slice(at + 9, end)
      at = end + 3
    } else if (xml.startsWith('</', at)) {
      const name = readName(xml, at + 2)
      if (top?.name !== name) throw new MalformedXml(`</${clip(name)}> closes nothing`, at)
      at = skipSpace(xml, at + 2 + name.length)
      if (xml[at] !== '>') throw new MalformedXml('closing tag does not end', at)
      at += 1
      close()
    } else if (xml.startsWith('<!--', at)) {
      at = endOf(xml, '-->', at + 4, 'comment') + 3
    } else if (xml[at + 1] === '!' || xml[at + 1] === '?') {
      throw new MalformedXml('declarations and processing instructions are refused', at)
    } else {
      if (root !== undefined) throw new MalformedXml('second root', at)
      if (stack.length === deepest) throw new MalformedXml(`deeper than ${deepest} elements`, at)
      const name = readName(xml, at + 1)
      if (!top && name !== 'xml') throw new MalformedXml('the root is not <xml>', at)
      at = skipAttributes(xml, at + 1 + name.length)
      stack.push({ name, children: undefined, text: '' })
      const empty = xml[at] === '/'
      if (empty) at += 1
      if (xml[at] !== '>') throw new MalformedXml('tag does not end', at)
      at += 1
      if (empty) close()
    }
  }
  if (stack.length > 0) throw new MalformedXml(`<${clip(stack.at(-1)?.name ?? '')}> is not closed`, at)
  if (root === undefined) throw new MalformedXml('no root element', at)
  return typeof root === 'string' ? emptyRoot(root, at) : root
}

function addChild(parent: Open, name: string, value: string | XmlElement): void {
  parent.children ??= Object.create(null) as XmlElement
  const before = parent.children[name]
  if (before === undefined) parent.children[name] = value
  else if (Array.isArray(before)) before.push(value)
  else parent.children[name] = [before, value]
}

function emptyRoot(text: string, at: number): XmlElement {
  if (text !== '') throw new MalformedXml('the root holds text only', at)
  return Object.create(null) as XmlElement
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new MalformedXml('not UTF-8', 0)
  }
}

function skipDeclaration(xml: string): number {
  if (!/^<\?xml[ \t\r\n]/.test(xml)) return 0
  declarationAt.lastIndex = 0
  const match = declarationAt.exec(xml)
  if (!match) throw new MalformedXml('bad XML declaration', 0)
  if (match[1] && match[1].toLowerCase() !== 'utf-8') throw new MalformedXml('an encoding other than UTF-8', 0)
  return declarationAt.lastIndex
}

function readName(xml: string, at: number): string {
  nameAt.lastIndex = at
  const match = nameAt.exec(xml)
  if (!match) throw new MalformedXml('a name is missing', at)
  return match[0]
}

function skipAttributes(xml: string, from: number): number {
  const seen = new Set<string>()
  attributeAt.lastIndex = from
  let at = from
  for (let match = attributeAt.exec(xml); match; match = attributeAt.exec(xml)) {
    const [, name = '', value = ''] = match
    if (seen.has(name)) throw new MalformedXml('repeated attribute', at)
    seen.add(name)
    decodeText(value, at)
    at = attributeAt.lastIndex
  }
  return skipSpace(xml, at)
}

function decodeText(raw: string, at: number): string {
  if (raw.includes(']]>')) throw new MalformedXml('"]]>" in text', at)
  if (!raw.includes('&')) return raw
  return raw.replace(/&(?:#x([\da-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));|&/g, (_, hex, decimal, named) => {
    if (named) return references[named] as string
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number.parseInt(decimal, 10) : -1
    if (!isXmlCharacter(code)) throw new MalformedXml('unknown entity or character', at)
    return String.fromCodePoint(code)
  })
}

function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code <= 0x10ffff)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x9 || code === 0xa || code === 0xd
}

function skipSpace(xml: string, from: number): number {
  let at = from
  while (isSpace(xml.charCodeAt(at))) at += 1
  return at
}

/** A loop instead of `/\s+$/`, which takes quadratic time on long runs of white space. */
function trim(text: string, start: boolean, end: boolean): string {
  let from = 0
  let to = text.length
  if (start) while (from < to && isSpace(text.charCodeAt(from))) from += 1
  if (end) while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1
  return from === 0 && to === text.length ? text : text.slice(from, to)
}

function nextTag(xml: string, at: number): number {
  const end = xml.indexOf('<', at)
  return end < 0 ? xml.length : end
}

function endOf(xml: string, mark: string, from: number, what: string): number {
  const end = xml.indexOf(mark, from)
  if (end < 0) throw new MalformedXml(`${what} does not end`, from)
  return end
}

function clip(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name
}
