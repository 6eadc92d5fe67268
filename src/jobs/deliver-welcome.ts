import { defineJob } from '../define.ts'
import { deliverDue } from '../messages/deliver.ts'

/** Sends what must not queue behind anything: a welcome has 20 seconds. */
export default defineJob({ every: '1s', run: (house) => deliverDue(house, 'urgent') })
