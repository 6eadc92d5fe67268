import { defineJob } from '../define.ts'
import { runImports } from '../leads/import-leads.ts'

/** Leads from files people sent. */
export default defineJob({ every: '30s', run: runImports })
