import { defineJob } from '../define.ts'
import { hearDue } from '../skills/hear-due.ts'

/** Answers what people said, once they have finished saying it. */
export default defineJob({ every: '1s', run: (house) => hearDue(house) })
