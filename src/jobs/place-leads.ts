import { defineJob } from '../define.ts'
import { placeUnheld } from '../offers/place.ts'

/** No lead at the sales desk is without a holder. */
export default defineJob({ every: '30s', run: placeUnheld })
