import { call } from '../../shared/call.ts'
import type { JobReport } from './shapes.ts'

/** Looks at a job, less and less often, until it has ended. Answers its report with the first rows. */
export async function watchJob(id: string): Promise<JobReport> {
  for (let wait = 150; ; wait = Math.min(1_500, wait * 1.4)) {
    const report = await call<JobReport>('GET', `/api/jobs/${id}?limit=200`)
    if (report.state === 'done' || report.state === 'failed' || report.state === 'cancelled') return report
    await new Promise((resolve) => window.setTimeout(resolve, wait))
  }
}
