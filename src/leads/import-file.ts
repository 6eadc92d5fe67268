import { readSheet, type SheetData } from 'read-excel-file/node'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { readUpload, storeUpload } from './uploads.ts'

const largestSheet = 50 * 1024 * 1024
const largestUnpacked = 400 * 1024 * 1024
const zipMark = Buffer.from('PK\x03\x04', 'latin1')

/**
 * Brings an upload into the one form the importer reads: CSV in UTF-8 without a mark. What already is stays where it is.
 * @returns the id and size of the upload to read, and where its text begins
 * @throws GiveUp when it is neither CSV nor XLSX
 */
export async function prepareFile(
  house: House,
  id: string,
  size: number,
): Promise<{ upload: string; size: number; offset: number }> {
  let head: Buffer = Buffer.alloc(0)
  for await (const part of readUpload(house.db, id)) {
    head = part.subarray(0, 4)
    break
  }
  if (head.equals(zipMark)) return rewrite(house, csvOfSheet(await readFirstSheet(house, id, size)))
  if (head.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return rewrite(house, decoded(house, id, 'utf-16le'))
  if (head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return { upload: id, size, offset: 3 }
  if (await isUtf8(house, id)) return { upload: id, size, offset: 0 }
  // What a Chinese spreadsheet program writes when it does not write UTF-8.
  return rewrite(house, decoded(house, id, 'gb18030'))
}

async function isUtf8(house: House, id: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const part of readUpload(house.db, id)) decoder.decode(part, { stream: true })
    decoder.decode()
    return true
  } catch {
    return false
  }
}

async function rewrite(house: House, stream: AsyncIterable<Uint8Array>) {
  const upload = newId(house.clock)
  return { upload, size: await storeUpload(house, upload, stream), offset: 0 }
}

async function* decoded(house: House, id: string, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding)
  for await (const part of readUpload(house.db, id)) yield Buffer.from(decoder.decode(part, { stream: true }))
  yield Buffer.from(decoder.decode())
}

async function readFirstSheet(house: House, id: string, size: number): Promise<SheetData<string>> {
  if (size > largestSheet) throw new GiveUp('file_too_large', 'XLSX 不能超过 50 MB，请另存为 CSV 再导入')
  const parts: Buffer[] = []
  for await (const part of readUpload(house.db, id)) parts.push(part)
  const file = Buffer.concat(parts)
  if (unpackedSize(file) > largestUnpacked) throw new GiveUp('file_too_large', 'XLSX 展开后太大，请另存为 CSV 再导入')
  try {
    // Numbers stay the text they are: a mobile is not a quantity.
    return await readSheet<string>(file, { parseNumber: (text) => (/e/i.test(text) ? String(Number(text)) : text) })
  } catch (error) {
    throw new GiveUp('file_unreadable', '打不开这个 XLSX 文件，可能已损坏或加了密码', { cause: error })
  }
}

/** What the zip's own directory says it unpacks to; a file that lies about it is cut off by the reader. */
function unpackedSize(file: Buffer): number {
  let sum = 0
  for (let at = file.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0 && at + 28 <= file.length; ) {
    sum += file.readUInt32LE(at + 24)
    at = file.indexOf('PK\x01\x02', at + 28, 'latin1')
  }
  return sum
}

async function* csvOfSheet(rows: SheetData<string>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < rows.length; at += 1000) {
    const lines = rows.slice(at, at + 1000).map((row) => row.map(cellText).join(','))
    yield Buffer.from(`${lines.join('\r\n')}\r\n`)
  }
}

function cellText(cell: unknown): string {
  const text =
    cell instanceof Date ? cell.toISOString().slice(0, 10) : cell === null || cell === undefined ? '' : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
