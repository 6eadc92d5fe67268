/** A record, and where the next one begins: bytes of UTF-8 from the start of what was read. */
export interface CsvRecord {
  cells: string[]
  end: number
}

/** A quote that was never closed would otherwise swallow the rest of the file. */
const longestRecord = 1024 * 1024

/** The only error {@link readCsv} throws; `row` counts records from 1. */
export class CsvFault extends Error {
  constructor(
    message: string,
    readonly row: number,
  ) {
    super(message)
    this.name = 'CsvFault'
  }
}

/**
 * Reads CSV (RFC 4180; CRLF, LF or CR; quotes inside a bare cell are taken as they are) from chunks of text, many records at a
 * time, and tells where each ends, so that reading can go on from there later.
 * @throws CsvFault
 */
export async function* readCsv(chunks: AsyncIterable<string>, delimiter: string): AsyncGenerator<CsvRecord[]> {
  let text = ''
  let end = 0
  let row = 0
  const take = (last: boolean): CsvRecord[] => {
    const records: CsvRecord[] = []
    let at = 0
    for (;;) {
      if (at >= text.length) break
      const record = readRecord(text, at, delimiter, last)
      if (!record) break
      end += Buffer.byteLength(text.slice(at, record.next))
      at = record.next
      row++
      records.push({ cells: record.cells, end })
    }
    text = text.slice(at)
    if (text.length > longestRecord) throw new CsvFault('这一行太长，可能有引号没有成对', row + 1)
    return records
  }
  for await (const chunk of chunks) {
    text += chunk
    const records = take(false)
    if (records.length > 0) yield records
  }
  const records = take(true)
  if (records.length > 0) yield records
}

/** The delimiter of a heading line: the most frequent one outside of quotes. */
export function delimiterOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  const count = (delimiter: string) => bare.split(delimiter).length
  return [',', '\t', ';', '|'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

/** Null: the record is not complete yet. */
function readRecord(
  text: string,
  from: number,
  delimiter: string,
  last: boolean,
): { cells: string[]; next: number } | null {
  const cells: string[] = []
  let at = from
  for (;;) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; ; ) {
        const quote = text.indexOf('"', at)
        if (quote < 0) {
          if (!last) return null
          cell += text.slice(at)
          at = text.length
          break
        }
        cell += text.slice(at, quote)
        at = quote + 1
        // Whether this quote is doubled is only known when the next character is there.
        if (at === text.length && !last) return null
        if (text[at] !== '"') break
        cell += '"'
        at++
      }
    }
    const stop = endOfBare(text, at, delimiter)
    if (stop === text.length && !last) return null
    cell += text.slice(at, stop)
    cells.push(cell)
    at = stop
    if (text[at] === delimiter) {
      at++
      if (at === text.length && last) {
        cells.push('')
        return { cells, next: at }
      }
      continue
    }
    if (text[at] === '\r') {
      if (at + 1 === text.length && !last) return null
      return { cells, next: text[at + 1] === '\n' ? at + 2 : at + 1 }
    }
    return { cells, next: Math.min(at + 1, text.length) }
  }
}

function endOfBare(text: string, from: number, delimiter: string): number {
  let at = from
  for (; at < text.length; at++) {
    const character = text[at]
    if (character === delimiter || character === '\n' || character === '\r') break
  }
  return at
}
