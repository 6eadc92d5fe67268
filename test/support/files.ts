import { crc32, deflateSync } from 'node:zlib'

/** A PDF of Chinese pages whose font is not inside it, as office programs here write them. `locked`: nobody knows its password. */
export function makePdf(pages: readonly string[], { locked = false } = {}): Buffer {
  const objects: string[] = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '',
    '<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor 4 0 R>>',
    '<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>',
    '<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[3 0 R]>>',
  ]
  const kids: string[] = []
  for (const text of pages) {
    const words = Buffer.from(text, 'utf16le').swap16().toString('hex')
    const drawn = `BT /F1 40 Tf 60 700 Td <${words}> Tj ET`
    objects.push(`<</Length ${drawn.length}>>stream\n${drawn}\nendstream`)
    objects.push(
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents ${objects.length} 0 R>>`,
    )
    kids.push(`${objects.length} 0 R`)
  }
  objects[1] = `<</Type/Pages/Count ${kids.length}/Kids[${kids.join(' ')}]>>`
  let text = '%PDF-1.4\n'
  const starts = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = starts.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const lock = `/ID[<${'ab'.repeat(16)}><${'ab'.repeat(16)}>]/Encrypt<</Filter/Standard/V 1/R 2/O<${'11'.repeat(32)}>/U<${'22'.repeat(32)}>/P -4>>`
  const trailer = `<</Size ${objects.length + 1}/Root 1 0 R${locked ? lock : ''}>>`
  return Buffer.from(
    `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer${trailer}\nstartxref\n${text.length}\n%%EOF\n`,
  )
}

/** A PNG of one colour. `size` in its header only: what a bomb says of itself. */
export function makePng(
  width: number,
  height: number,
  { says = [width, height], extra = [] as Buffer[] } = {},
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(says[0] as number, 0)
  header.writeUInt32BE(says[1] as number, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const pixels = Buffer.alloc((width * 3 + 1) * height, 0x66)
  for (let row = 0; row < height; row++) pixels[row * (width * 3 + 1)] = 0
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

export function pngChunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** The smallest JPEG there is, with what cameras hang on: where it was taken, and which way up. */
export const makeJpeg = (): Buffer => {
  const tiff = Buffer.from('49492a00080000000200120103000100000006000000258804000100000026000000000000004e00', 'hex')
  const exif = Buffer.concat([
    Buffer.from('Exif\0\0GPS'.slice(0, 6), 'latin1'),
    tiff,
    Buffer.from('GPS-31.23N-121.47E'),
  ])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(exif.length + 2)
  const rest =
    'ffdb004300' +
    '08'.repeat(64) +
    'ffc0000b080001000101011100ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054ffd9'
  return Buffer.concat([Buffer.from('ffd8ffe1', 'hex'), length, exif, Buffer.from(rest, 'hex')])
}

/** An MP4 in its outer shape: what it is, how long it plays, and nothing to play. */
export function makeMp4({ brand = 'isom', seconds = 90 } = {}): Buffer {
  const box = (name: string, body: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length + 8)
    return Buffer.concat([length, Buffer.from(name, 'latin1'), body])
  }
  const head = Buffer.alloc(100)
  head.writeUInt32BE(1000, 12)
  head.writeUInt32BE(seconds * 1000, 16)
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\x02\0isomiso2avc1mp41`, 'latin1')),
    box('moov', box('mvhd', head)),
    box('mdat', Buffer.alloc(2000)),
  ])
}
