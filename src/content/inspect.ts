import { inspectJpeg } from './jpeg.ts'
import { inspectMp4 } from './mp4.ts'
import { inspectPdf } from './pdf-file.ts'
import { inspectPng } from './png.ts'
import { type Read, refuse, type Shape } from './shape.ts'

const megabyte = 1024 * 1024

interface Kind {
  name: string
  ending: string
  begins(head: Buffer): boolean
  /** WeCom's own limits for pictures and files; a longer video goes as a link to its page. */
  most: number
  inspect(read: Read, size: number): Promise<Shape>
}

const kinds: readonly Kind[] = [
  {
    name: 'PDF',
    ending: 'pdf',
    most: 20 * megabyte,
    begins: (head) => head.subarray(0, 5).toString('latin1') === '%PDF-',
    inspect: inspectPdf,
  },
  {
    name: 'PNG',
    ending: 'png',
    most: 10 * megabyte,
    begins: (head) => head.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n',
    inspect: inspectPng,
  },
  {
    name: 'JPG',
    ending: 'jpg',
    most: 10 * megabyte,
    begins: (head) => head.subarray(0, 3).toString('hex') === 'ffd8ff',
    inspect: inspectJpeg,
  },
  {
    name: 'MP4',
    ending: 'mp4',
    most: 100 * megabyte,
    begins: (head) => head.subarray(4, 8).toString('latin1') === 'ftyp',
    inspect: inspectMp4,
  },
]

/** What people send instead, and what helps. */
const others: readonly [RegExp, string][] = [
  [
    /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg/i,
    'SVG 里可以藏脚本，不收；请导出成 PNG 再传',
  ],
  [/^\s*(<!doctype html|<html|<script|<\?xml|<\?php)/i, '这是网页或代码，不是资料文件'],
  [/^GIF8/, '企业微信不收 GIF；请另存为 PNG 或 JPG，动图请转成 MP4'],
  [/^RIFF[\s\S]{4}WEBP/, '企业微信不收 WebP；请另存为 PNG 或 JPG'],
  [/^PK/, 'Word、PPT、Excel 和压缩包请先另存为 PDF'],
  [/^\xd0\xcf/, '老版本的 Office 文件请先另存为 PDF'],
  [/^(MZ|.ELF|#!)/, '这是程序，不收'],
  [/^[\s\S]{0,1024}%PDF-/, 'PDF 开头多了别的东西，请用 PDF 软件重新另存一份'],
]

/**
 * Looks at what a file is by its bytes; its name is nobody's word. Whatever is not wholly one thing is refused, with what helps.
 * @throws Refused 413, 422 bad_file
 */
export async function inspect(read: Read, size: number): Promise<Shape> {
  const head = await read(0, 2048)
  if (head.length === 0) refuse('文件是空的')
  const kind = kinds.find(({ begins }) => begins(head))
  if (!kind) {
    const text = head.toString('latin1')
    refuse(others.find(([looks]) => looks.test(text))?.[1] ?? '只收 PDF、PNG、JPG 和 MP4')
  }
  if (size > kind.most)
    refuse(`${kind.name} 不能超过 ${kind.most / megabyte} MB，这份有 ${(size / megabyte).toFixed(1)} MB`)
  return kind.inspect(read, size)
}

/** A name people recognise it by, that no system reads as anything else: one line, one ending, the true one. */
export function nameFile(name: string, type: string): string {
  const ending = endings[type] ?? 'bin'
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s<>:"|?*\\/%]+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  const bare = plain.replace(new RegExp(`\\.(${ending}|jpeg|jpg|m4v)$`, 'i'), '').trim()
  return `${[...bare].slice(0, 80).join('') || '文件'}.${ending}`
}

const endings: Record<string, string> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'video/mp4': 'mp4',
}
