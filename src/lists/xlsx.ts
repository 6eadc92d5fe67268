import { crc32, createDeflateRaw } from 'node:zlib'
import type { Line } from './export.ts'

/**
 * A spreadsheet of one sheet, piece by piece: a ZIP of four small parts and the rows (ECMA-376, APPNOTE 6.3). Text stands in
 * the cells as text, whatever it begins with, and is never a formula; only numbers are numbers.
 */
export async function* xlsxOf(pieces: AsyncIterable<readonly Line[]>): AsyncGenerator<Buffer> {
  const entries: Entry[] = []
  let offset = 0
  for (const [name, content] of [...frame, ['xl/worksheets/sheet1.xml', sheet(pieces)] as const]) {
    const entry = { name: Buffer.from(name), offset, crc: 0, packed: 0, size: 0 }
    entries.push(entry)
    for await (const bytes of fileOf(entry, content)) {
      offset += bytes.length
      yield bytes
    }
  }
  const directory = Buffer.concat(entries.map(inDirectory))
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  yield Buffer.concat([directory, end])
}

interface Entry {
  name: Buffer
  offset: number
  crc: number
  packed: number
  size: number
}

/** Sizes come after the bytes (bit 3), names are UTF-8 (bit 11), deflate. */
const flags = 0x0808
const method = 8
const since1980 = 0x21

async function* fileOf(entry: Entry, content: string | AsyncIterable<string>): AsyncGenerator<Buffer> {
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt16LE(method, 8)
  head.writeUInt16LE(since1980, 12)
  head.writeUInt16LE(entry.name.length, 26)
  yield Buffer.concat([head, entry.name])
  const deflate = createDeflateRaw()
  const feed = (async () => {
    for await (const text of typeof content === 'string' ? [content] : content) {
      const bytes = Buffer.from(text)
      entry.crc = crc32(bytes, entry.crc)
      entry.size += bytes.length
      if (!deflate.write(bytes)) await new Promise((drained) => deflate.once('drain', drained))
    }
    deflate.end()
  })()
  feed.catch((error) => deflate.destroy(error))
  for await (const bytes of deflate as AsyncIterable<Buffer>) {
    entry.packed += bytes.length
    yield bytes
  }
  const after = Buffer.alloc(16)
  after.writeUInt32LE(0x08074b50, 0)
  after.writeUInt32LE(entry.crc, 4)
  after.writeUInt32LE(entry.packed, 8)
  after.writeUInt32LE(entry.size, 12)
  yield after
}

function inDirectory({ name, offset, crc, packed, size }: Entry): Buffer {
  const head = Buffer.alloc(46)
  head.writeUInt32LE(0x02014b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(20, 6)
  head.writeUInt16LE(flags, 8)
  head.writeUInt16LE(method, 10)
  head.writeUInt16LE(since1980, 14)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(packed, 20)
  head.writeUInt32LE(size, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt32LE(offset, 42)
  return Buffer.concat([head, name])
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const types = 'http://schemas.openxmlformats.org/package/2006/content-types'
const links = 'http://schemas.openxmlformats.org/package/2006/relationships'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const frame: readonly (readonly [string, string])[] = [
  [
    '[Content_Types].xml',
    `${xml}<Types xmlns="${types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${xml}<Relationships xmlns="${links}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="线索" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${xml}<Relationships xmlns="${links}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
]

async function* sheet(pieces: AsyncIterable<readonly Line[]>): AsyncGenerator<string> {
  yield `${xml}<worksheet xmlns="${main}"><sheetData>`
  let number = 0
  for await (const lines of pieces)
    yield lines
      .map((line) => {
        number++
        return `<row r="${number}">${line.map((value, place) => cell(value, `${letters(place)}${number}`)).join('')}</row>`
      })
      .join('')
  yield '</sheetData></worksheet>'
}

/** The most characters a cell of Excel holds. */
const cellChars = 32_767

/** A column as spreadsheets call it: A … Z, AA … */
const letters = (place: number): string =>
  (place < 26 ? '' : letters(Math.floor(place / 26) - 1)) + String.fromCharCode(65 + (place % 26))

function cell(value: string | number | null, at: string): string {
  if (value === null || value === '') return ''
  if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`
  return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escaped(value.slice(0, cellChars))}</t></is></c>`
}

const escaped = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\ufffd')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
