import { type Read, refuse, type Shape } from './shape.ts'

/** Room behind the end of a PDF for line ends and padding. */
const tail = 1024

/** What can be seen of a PDF from outside. Whether it can be drawn is found out by drawing it. */
export async function inspectPdf(read: Read, size: number): Promise<Shape> {
  const bytes = await read(0, size)
  const end = bytes.lastIndexOf('%%EOF')
  if (end === -1) refuse('PDF 不完整，多半没有传完，请重新导出一份')
  const behind = bytes.subarray(end + 5)
  // A file that is two things at once was made to be.
  if (behind.length > tail || behind.includes('PK\x05\x06') || /<\s*(html|script|svg)/i.test(behind.toString('latin1')))
    refuse('PDF 后面挂着别的东西，请用 PDF 软件重新另存一份')
  return { type: 'application/pdf' }
}
