import { defineJob } from '../define.ts'
import { deliverCalls } from '../webhooks/deliver.ts'

/** Tells other systems what journeys have for them. */
export default defineJob({ every: '5s', run: (house) => deliverCalls(house) })
