import { crc32 } from 'node:zlib'
import { type Read, refuse, type Shape } from './shape.ts'

const signature = 8
/** What a picture needs to look as it was drawn. Text, dates and whatever programs hang on are left out. */
const needed = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'pHYs', 'IDAT', 'IEND']
export const mostPixels = 40_000_000

/** Reads a PNG chunk by chunk and keeps the chunks that draw. What stands behind its end is cut off. */
export async function inspectPng(read: Read, size: number): Promise<Shape> {
  const bytes = await read(0, size)
  const kept: Buffer[] = [bytes.subarray(0, signature)]
  let width = 0
  let height = 0
  for (let at = signature; ; ) {
    if (at + 12 > bytes.length) refuse('PNG 不完整，请重新导出')
    const length = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    const end = at + 12 + length
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      refuse('PNG 坏了，请重新导出')
    if (at === signature) {
      if (name !== 'IHDR' || length !== 13) refuse('PNG 坏了，请重新导出')
      width = bytes.readUInt32BE(at + 8)
      height = bytes.readUInt32BE(at + 12)
      if (width === 0 || height === 0) refuse('PNG 坏了，请重新导出')
      if (width * height > mostPixels) refuse('图片太大：不超过 4000 万像素')
    }
    if (needed.includes(name)) kept.push(bytes.subarray(at, end))
    if (name === 'IEND') break
    at = end
  }
  return { type: 'image/png', width, height, kept: Buffer.concat(kept) }
}
