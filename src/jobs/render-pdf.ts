import { renderPdfs } from '../content/render-pdfs.ts'
import { defineJob } from '../define.ts'

/** Pages of the PDFs people sent. */
export default defineJob({ every: '30s', run: renderPdfs })
