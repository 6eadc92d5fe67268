import { defineJob } from '../define.ts'
import { deliverDue } from '../messages/deliver.ts'

/** Sends messages whose time has come. */
export default defineJob({ every: '3s', run: (house) => deliverDue(house, 'normal') })
