import { defineJob } from '../define.ts'
import { lapseOffers } from '../offers/answer.ts'

/** Offers nobody answered in time go to the next rep. */
export default defineJob({ every: '5s', run: lapseOffers })
