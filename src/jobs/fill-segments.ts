import { defineJob } from '../define.ts'
import { fillSegments } from '../segments/fill.ts'

/** Segments that are new or were edited. */
export default defineJob({ every: '5s', run: fillSegments })
