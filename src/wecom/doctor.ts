import { customerSteps } from './doctor-customers.ts'
import { doorSteps } from './doctor-door.ts'
import { pageSteps } from './doctor-pages.ts'
import { type Finding, fail, type Patient, type Step, warn } from './doctor-step.ts'
import { wecomErrorOf } from './failure.ts'

/** The checks, in the order in which WeCom unlocks things. */
export const steps: readonly Step[] = [...doorSteps, ...pageSteps, ...customerSteps]

/** Runs every check in order and tells each finding as it comes. Never throws for what it finds. */
export async function examine(
  patient: Patient,
  tell: (step: Step, finding: Finding) => void,
  checks: readonly Step[] = steps,
): Promise<Finding['state']> {
  const failed = new Map<string, Step>()
  let worst: Finding['state'] = 'ok'
  for (const step of checks) {
    const blocker = step.needs === undefined ? undefined : failed.get(step.needs)
    const finding = blocker ? warn(`先解决「${blocker.title}」，再重新检查这一项。`) : await attempt(step, patient)
    if (finding.state === 'fail') failed.set(step.id, step)
    // What could not be judged blocks what builds on it, too.
    if (blocker) failed.set(step.id, blocker)
    if (finding.state === 'fail' || (finding.state === 'warn' && worst === 'ok')) worst = finding.state
    tell(step, finding)
  }
  return worst
}

async function attempt(step: Step, patient: Patient): Promise<Finding> {
  try {
    return await step.run(patient)
  } catch (failure) {
    const from = wecomErrorOf(failure)?.fromIp
    const message = failure instanceof Error ? failure.message : String(failure)
    return fail(from ? `${message}\n需要加入的 IP：${from}` : message)
  }
}
