// Draws the pages of one PDF, in a thread of its own that is ended when it takes too long. A hostile file is read inside
// WebAssembly, which sees this thread's memory and nothing else, and as much of it as it is given here.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { init as openPdfium } from '@embedpdf/pdfium'
import encodeWebp, { init as openWebp } from '@jsquash/webp/encode.js'

const { bytes, from, width, coverWidth, mostPages, mostHeight, mostMemory } = workerData
const require = createRequire(import.meta.url)

const grow = WebAssembly.Memory.prototype.grow
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65_536 > mostMemory) throw new RangeError('too much memory')
  return grow.call(this, pages)
}

const pdfium = await openPdfium({ wasmBinary: readFileSync(require.resolve('@embedpdf/pdfium/pdfium.wasm')) })
const { pdfium: module } = pdfium
pdfium.PDFiumExt_Init()
lendFont(readFileSync(join(dirname(require.resolve('@embedpdf/fonts-sc')), '../fonts/NotoSansHans-Regular.otf')))
const codec = join(dirname(require.resolve('@jsquash/webp/encode.js')), 'codec/enc/webp_enc_simd.wasm')
await openWebp(await WebAssembly.compile(readFileSync(codec)))

const pointer = module.wasmExports.malloc(bytes.length)
module.HEAPU8.set(bytes, pointer)
const document = pdfium.FPDF_LoadMemDocument(pointer, bytes.length, '')
if (!document) fail(pdfium.FPDF_GetLastError() === 4 ? 'locked' : 'broken')
const pages = pdfium.FPDF_GetPageCount(document)
if (pages < 1) fail('broken')
if (pages > mostPages) fail('long')

parentPort.postMessage({ pages })
let next = from
parentPort.on('message', async () => {
  if (next >= pages) return parentPort.close()
  const page = next++
  try {
    const cover = page === 0 ? { cover: draw(page, coverWidth, Math.round(coverWidth * 1.5)) } : {}
    const drawn = draw(page, width, mostHeight)
    const webp = new Uint8Array(
      await encodeWebp({ ...drawn, data: new Uint8ClampedArray(drawn.data) }, { quality: 78, method: 3 }),
    )
    parentPort.postMessage({ page: page + 1, width: drawn.width, height: drawn.height, webp, ...cover })
  } catch {
    fail('broken')
  }
})

/** One page as RGBA, on white, no taller than is sane. */
function draw(number, wide, mostTall) {
  const page = pdfium.FPDF_LoadPage(document, number)
  if (!page) throw new Error('no such page')
  const [w, h] = [pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)]
  if (!(w > 0 && h > 0)) throw new Error('a page without a size')
  const scale = Math.min(wide / w, mostTall / h)
  const width = Math.max(1, Math.round(w * scale))
  const height = Math.max(1, Math.round(h * scale))
  const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, 4, 0, 0)
  pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff)
  // Annotations are drawn; bytes come as red, green, blue.
  pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, 0x01 | 0x10)
  const start = pdfium.FPDFBitmap_GetBuffer(bitmap)
  const data = module.HEAPU8.slice(start, start + pdfium.FPDFBitmap_GetStride(bitmap) * height)
  pdfium.FPDFBitmap_Destroy(bitmap)
  pdfium.FPDF_ClosePage(page)
  return { data, width, height }
}

/** The font for words whose own is not in the file, as most Chinese office programs leave it out. Public interface fpdf_sysfontinfo.h. */
function lendFont(font) {
  const tables = new Map()
  for (let index = 0; index < font.readUInt16BE(4); index++) {
    const at = 12 + 16 * index
    const begin = font.readUInt32BE(at + 8)
    tables.set(font.readUInt32BE(at), font.subarray(begin, begin + font.readUInt32BE(at + 12)))
  }
  const name = Buffer.from('NotoSansHans\0')
  const give = (what, buffer, size) => {
    if (what && buffer && size >= what.length) module.HEAPU8.set(what, buffer)
    return what?.length ?? 0
  }
  const simplifiedChinese = 134
  const answers = [
    [() => {}, 'vi'],
    [() => {}, 'vii'],
    [() => 1, 'iiiiiiii'],
    [() => 1, 'iii'],
    [(_self, _font, table, buffer, size) => give(table === 0 ? font : tables.get(table >>> 0), buffer, size), 'iiiiii'],
    [(_self, _font, buffer, size) => give(name, buffer, size), 'iiiii'],
    [() => simplifiedChinese, 'iii'],
    [() => {}, 'vii'],
  ]
  const info = module.wasmExports.malloc(4 * (answers.length + 1))
  module.setValue(info, 1, 'i32')
  answers.forEach(([answer, signature], index) => {
    module.setValue(info + 4 * (index + 1), module.addFunction(answer, signature), 'i32')
  })
  pdfium.FPDF_SetSystemFontInfo(info)
}

function fail(problem) {
  parentPort.postMessage({ problem })
  parentPort.close()
}
