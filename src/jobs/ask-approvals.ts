import { defineJob } from '../define.ts'
import { tendApprovals } from '../messages/approvals.ts'

/** Managers are asked about what touches a red line; what they leave unanswered ends. */
export default defineJob({ every: '30s', run: tendApprovals })
