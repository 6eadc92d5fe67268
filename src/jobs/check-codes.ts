import { checkCodes } from '../codes/check.ts'
import { defineJob } from '../define.ts'

/** Compares live codes and links with what WeCom has. */
export default defineJob({ every: '1m', run: checkCodes })
