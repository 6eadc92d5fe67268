import { type Read, refuse, type Shape } from './shape.ts'

const brands = ['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'MSNV', 'dash']
const mostBoxes = 2_000

/** Walks the boxes of an MP4: it is one from its first byte to its last, and says how long it plays. */
export async function inspectMp4(read: Read, size: number): Promise<Shape> {
  const broken = () => refuse('MP4 不完整或坏了，请重新导出')
  const head = await read(0, 64)
  const major = head.toString('latin1', 8, 12)
  if (!brands.includes(major)) refuse('这种视频手机上放不出来，请导出成 MP4（H.264）')
  let durationMs: number | undefined
  let hasData = false
  let at = 0
  for (let count = 0; at < size; count++) {
    const box = await read(at, 16)
    if (count > mostBoxes || box.length < 8) broken()
    const name = box.toString('latin1', 4, 8)
    if (!/^[\x20-\x7e\xa9]{4}$/.test(name)) broken()
    const short = box.readUInt32BE(0)
    const length = short === 1 ? Number(box.readBigUInt64BE(8)) : short === 0 ? size - at : short
    if (length < 8 || at + length > size) broken()
    if (name === 'moov') durationMs = durationOf(await read(at, Math.min(length, 4096)))
    if (name === 'mdat') hasData = true
    at += length
  }
  if (durationMs === undefined || !hasData) broken()
  return { type: 'video/mp4', durationMs: durationMs as number }
}

/** From the movie header, which is the first box inside `moov`. */
function durationOf(moov: Buffer): number | undefined {
  const at = moov.indexOf('mvhd', 8, 'latin1')
  if (at === -1 || at + 32 > moov.length) return undefined
  const long = moov[at + 4] === 1
  const scale = moov.readUInt32BE(at + (long ? 24 : 16))
  const duration = long ? Number(moov.readBigUInt64BE(at + 28)) : moov.readUInt32BE(at + 20)
  return scale === 0 ? undefined : Math.round((duration / scale) * 1000)
}
