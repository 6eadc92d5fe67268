import { keepDuty } from '../codes/keep-duty.ts'
import { defineJob } from '../define.ts'

/** Tells WeCom who stands behind live codes and links, when that changes. */
export default defineJob({ every: '1s', run: keepDuty })
