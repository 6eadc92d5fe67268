import { mostPixels } from './png.ts'
import { type Read, refuse, type Shape } from './shape.ts'

const startOfScan = 0xda
const endOfImage = 0xd9
/** JFIF, colour profile, Adobe's colour transform. Everything else of programs — where it was taken, comments, previews — is left out. */
const keptApps = [0xe0, 0xe2, 0xee]
const exif = 0xe1
const comment = 0xfe

/** Reads a JPEG marker by marker, keeps what draws, and cuts off what stands behind its end. */
export async function inspectJpeg(read: Read, size: number): Promise<Shape> {
  const bytes = await read(0, size)
  const broken = () => refuse('JPG 坏了，请重新导出')
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  let width = 0
  let height = 0
  let scanned = false
  for (let at = 2; ; ) {
    if (at + 2 > bytes.length || bytes[at] !== 0xff) broken()
    const marker = bytes[at + 1] as number
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === endOfImage) {
      kept.push(bytes.subarray(at, at + 2))
      break
    }
    if (at + 4 > bytes.length) broken()
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length || end < at + 4) broken()
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame && width === 0) {
      if (end < at + 9) broken()
      height = bytes.readUInt16BE(at + 5)
      width = bytes.readUInt16BE(at + 7)
      if (width * height > mostPixels) refuse('图片太大：不超过 4000 万像素')
    }
    const isApp = marker >= 0xe0 && marker <= 0xef
    if (marker === exif) kept.push(...turned(bytes.subarray(at + 4, end)))
    else if ((!isApp || keptApps.includes(marker)) && marker !== comment) kept.push(bytes.subarray(at, end))
    at = end
    if (marker === startOfScan) {
      scanned = true
      const next = endOfScan(bytes, at)
      kept.push(bytes.subarray(at, next))
      at = next
    }
  }
  if (width === 0 || height === 0 || !scanned) broken()
  return { type: 'image/jpeg', width, height, kept: Buffer.concat(kept) }
}

/** Picture data goes on to the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] as number
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return refuse('JPG 不完整，请重新导出')
}

/** Which way up, and nothing else of what a camera noted. */
function turned(segment: Buffer): Buffer[] {
  const orientation = orientationOf(segment)
  if (orientation === null) return []
  const made = Buffer.from('ffe100224578696600004d4d002a00000008000101120003000000010000000000000000', 'hex')
  made.writeUInt16BE(orientation, 28)
  return [made]
}

function orientationOf(segment: Buffer): number | null {
  if (segment.length < 14 || segment.toString('latin1', 0, 6) !== 'Exif\0\0') return null
  const tiff = segment.subarray(6)
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const long = (at: number) => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const folder = long(4)
  const entries = Math.min(short(folder), 100)
  for (let index = 0; index < entries; index++) {
    const at = folder + 2 + index * 12
    const value = short(at + 8)
    if (short(at) === 0x0112) return value >= 2 && value <= 8 ? value : null
  }
  return null
}
