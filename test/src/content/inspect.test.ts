import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspect, nameFile } from '../../../src/content/inspect.ts'
import { makeJpeg, makeMp4, makePdf, makePng, pngChunk } from '../../support/files.ts'

const look = (bytes: Buffer) => inspect(async (from, length) => bytes.subarray(from, from + length), bytes.length)
const text = (words: string) => Buffer.from(words)
const megabytes = (count: number, begin: Buffer) => Buffer.concat([begin, Buffer.alloc(count * 1024 * 1024)])

test('what is one of the four kinds is known by its bytes, with its measures', async () => {
  expect(await look(makePdf(['一']))).toEqual({ type: 'application/pdf' })
  expect(await look(makePng(3, 2))).toMatchObject({ type: 'image/png', width: 3, height: 2 })
  expect(await look(makeJpeg())).toMatchObject({ type: 'image/jpeg', width: 1, height: 1 })
  expect(await look(makeMp4({ seconds: 90 }))).toEqual({ type: 'video/mp4', durationMs: 90_000 })
})

test.each<[string, Buffer, RegExp]>([
  ['nothing', Buffer.alloc(0), /空的/],
  ['an SVG', text('<?xml version="1.0"?><svg onload="alert(1)"/>'), /SVG.*PNG/],
  ['a page', text('<!DOCTYPE html><script>alert(1)</script>'), /网页或代码/],
  ['a program', text('MZ\x90\0'), /程序/],
  ['an archive, which may be a bomb', text('PK\x03\x04....'), /PDF/],
  ['an office file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /PDF/],
  ['a GIF', text('GIF89a'), /PNG/],
  ['words', text('hello'), /只收/],
  ['a PDF behind a page', Buffer.concat([text('<!-- x -->'), makePdf(['一'])]), /多了别的东西/],
  ['a PDF with a page behind it', Buffer.concat([makePdf(['一']), text('<html><script>')]), /挂着别的/],
  ['a PDF that is an archive too', Buffer.concat([makePdf(['一']), text('PK\x05\x06'), Buffer.alloc(18)]), /挂着别的/],
  ['half a PDF', makePdf(['一']).subarray(0, 300), /不完整/],
  ['a PDF too large', megabytes(21, text('%PDF-1.4')), /20 MB/],
  ['half a picture', makePng(30, 30).subarray(0, 60), /PNG/],
  ['a picture whose bytes were changed', Buffer.from(makePng(3, 3)).fill(1, 20, 24), /坏了/],
  ['a picture that unpacks to gigabytes', makePng(1, 1, { says: [50_000, 50_000] }), /4000 万像素/],
  ['half a JPEG', makeJpeg().subarray(0, 100), /JPG/],
  ['a MOV', makeMp4({ brand: 'qt  ' }), /MP4/],
  ['half an MP4', makeMp4().subarray(0, 300), /MP4/],
  ['an MP4 with something behind it', Buffer.concat([makeMp4(), text('<html><script>alert(1)')]), /MP4/],
])('%s is refused with what helps', async (_, bytes, words) => {
  await expect(look(bytes)).rejects.toMatchObject({
    status: 422,
    id: 'bad_file',
    message: expect.stringMatching(words),
  })
})

test('a picture is kept without what was hung on it: no place, no words, no second file', async () => {
  const hung = makePng(2, 2, { extra: [pngChunk('tEXt', text('Comment\0<script>alert(1)</script>'))] })
  const png = await look(Buffer.concat([hung, text('PK\x03\x04 another file')]))
  expect(png.kept).toEqual(makePng(2, 2))
  const jpeg = await look(Buffer.concat([makeJpeg(), text('<?php evil()')]))
  expect(jpeg.kept?.includes('GPS-31')).toBe(false)
  expect(jpeg.kept?.includes('php')).toBe(false)
  expect(jpeg.kept?.subarray(-2).toString('hex')).toBe('ffd9')
  // Which way up it is stays: it is read again and says the same.
  expect((await look(jpeg.kept as Buffer)).kept).toEqual(jpeg.kept)
  expect(jpeg.kept?.toString('hex')).toContain('01120003000000010006')
})

test('no file, however broken, is more than refused', async () => {
  const starts = [makePdf(['一']), makePng(2, 2), makeJpeg(), makeMp4()]
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(fc.tuple(fc.nat(2_500), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(2_500),
      async (start, changes, cut) => {
        const bytes = Buffer.from(start.subarray(0, Math.max(12, start.length - cut)))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const refused = await look(bytes).then(
          () => null,
          (error: { id?: string }) => error.id ?? String(error),
        )
        expect([null, 'bad_file']).toContain(refused)
      },
    ),
    { numRuns: 400 },
  )
})

test('a name is one line with the one ending that is true', () => {
  expect(nameFile('../../etc/passwd', 'image/png')).toBe('etc passwd.png')
  expect(nameFile('报价‮fdp.exe', 'application/pdf')).toBe('报价 fdp.exe.pdf')
  expect(nameFile('a\r\nSet-Cookie: x.pdf', 'application/pdf')).toBe('a Set-Cookie x.pdf')
  expect(nameFile('照片.JPEG', 'image/jpeg')).toBe('照片.jpg')
  expect(nameFile('…'.repeat(3), 'video/mp4')).toBe('………' + '.mp4')
  expect(nameFile('😀'.repeat(500), 'image/png')).toBe(`${'😀'.repeat(80)}.png`)
  expect(nameFile('', 'image/png')).toBe('文件.png')
})
