import { defineJob } from '../define.ts'
import { enrolMarked } from '../journeys/enrol-marked.ts'

/** Who enters a journey, whose wait is over, who leaves. */
export default defineJob({ every: '2s', run: enrolMarked })
