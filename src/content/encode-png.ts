import { crc32, deflateSync } from 'node:zlib'

/** A PNG of RGBA pixels without their alpha. WeCom's cards take PNG and JPG only. */
export function encodePng({ data, width, height }: { data: Uint8Array; width: number; height: number }): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height)
  let to = 0
  for (let from = 0; from < width * height * 4; from += 4) {
    // Each row begins with its filter: none.
    if (from % (width * 4) === 0) rows[to++] = 0
    for (let colour = 0; colour < 3; colour++) rows[to++] = data[from + colour] as number
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
