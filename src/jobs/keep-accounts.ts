import { keepAccounts } from '../accounts/keep.ts'
import { defineJob } from '../define.ts'

/** Companies follow their people: who belongs to them, how far they are, what they are worth. */
export default defineJob({ every: '1s', run: keepAccounts })
