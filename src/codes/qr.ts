import QRCode from 'qrcode'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { CodeRow } from './rows.ts'

interface Picture {
  type: string
  bytes: Buffer
}

/**
 * A code as a picture to print: a contact way's is WeCom's own, an acquisition link's is drawn here. As SVG it has any size and
 * its name under it; as PNG it is the square alone.
 * @throws Refused 503 while WeCom does not give its picture
 */
export async function drawQr(
  house: House,
  code: Pick<CodeRow, 'kind' | 'name' | 'qrCode'>,
  { format, size }: { format: 'svg' | 'png'; size: number },
): Promise<Picture> {
  const square =
    code.kind === 'link' ? await drawAddress(code.qrCode ?? '', size) : await fetchPicture(house, code.qrCode ?? '')
  if (format === 'png') return square
  return { type: 'image/svg+xml', bytes: Buffer.from(framed(square, code.name, size)) }
}

/** An address of ours as a square to scan. */
export async function drawAddress(address: string, size: number): Promise<Picture> {
  const bytes = await QRCode.toBuffer(address, { width: size, margin: 2, errorCorrectionLevel: 'M' })
  return { type: 'image/png', bytes }
}

async function fetchPicture({ wecom }: House, url: string): Promise<Picture> {
  const { status, type, bytes } = await wecom
    .picture(url)
    .catch(() => ({ status: 0, type: '', bytes: Buffer.alloc(0) }))
  if (status !== 200 || !type.startsWith('image/'))
    throw new Refused(503, 'qr_unavailable', '企业微信暂时没有给出二维码图片，请稍后再试')
  return { type: type.split(';')[0] ?? 'image/png', bytes }
}

/** The square with its name under it, in lines as wide as the square. */
function framed({ type, bytes }: Picture, name: string, size: number): string {
  const fontSize = Math.round(size / 15)
  const lines = wrap(name, 13)
  const height = size + fontSize * (lines.length * 1.4 + 0.9)
  const text = lines
    .map((line, index) => `<tspan x="${size / 2}" dy="${index === 0 ? 0 : fontSize * 1.4}">${quoted(line)}</tspan>`)
    .join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${Math.ceil(height)}" viewBox="0 0 ${size} ${Math.ceil(height)}"><rect width="100%" height="100%" fill="#fff"/><image width="${size}" height="${size}" href="data:${type};base64,${bytes.toString('base64')}"/><text y="${size + fontSize * 1.1}" font-family="PingFang SC,Source Han Sans SC,Noto Sans CJK SC,Microsoft YaHei,sans-serif" font-size="${fontSize}" fill="#111" text-anchor="middle">${text}</text></svg>`
}

/** A Chinese character is as wide as two Latin ones. */
function wrap(name: string, most: number): string[] {
  const lines: string[] = ['']
  let width = 0
  for (const char of name.replace(/\p{Cc}/gu, ' ')) {
    const wide = /[\u2e80-\uffef]/.test(char) ? 1 : 0.55
    if (width + wide > most) {
      lines.push('')
      width = 0
    }
    lines[lines.length - 1] += char
    width += wide
  }
  return lines
}

const quoted = (text: string): string => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`)
