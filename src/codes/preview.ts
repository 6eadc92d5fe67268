import type { House } from '../house.ts'
import { onDuty } from './on-duty.ts'
import type { CodePlan } from './plan.ts'
import { descriptionChars, fillRemark } from './remark.ts'

export interface Previewed {
  remark: string | null
  description: string | null
  /** Who is on duty from when on. */
  duty: { from: string; userids: string[]; why: string }[]
}

const aheadMs = 7 * 86_400_000
const mostSteps = 200

/** What a code would write and who would stand behind it over the next seven days, as the rules and absences are now. */
export async function previewPlan(
  house: House,
  draft: {
    name: string
    source?: { channel?: string | undefined; campaign?: string | undefined } | null | undefined
    staff: readonly string[]
    plan: CodePlan
    customer: string
  },
): Promise<Previewed> {
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  const { plan, staff, name, source } = draft
  const values = {
    name: draft.customer,
    channel: source?.channel || name,
    campaign: source?.campaign ?? '',
    code: name,
    staff: staff[0] ?? '',
    ...calendar.digits(now),
  }
  const duty: Previewed['duty'] = []
  let at: Date | null = staff.length > 0 ? now : null
  for (let step = 0; at && at.getTime() - now.getTime() < aheadMs && step < mostSteps; step++) {
    const stands = (await onDuty(house.db, house, [{ id: noId, staff, plan }], at)).get(noId)
    if (!stands) break
    const last = duty.at(-1)
    if (last?.userids.join(' ') !== stands.userids.join(' ') || last.why !== stands.why)
      duty.push({ from: at.toISOString(), userids: stands.userids, why: stands.why })
    at = stands.nextAt
  }
  return {
    remark: plan.remark ? fillRemark(plan.remark, values) : null,
    description: plan.description ? fillRemark(plan.description, values, descriptionChars) : null,
    duty,
  }
}

/** A draft has no adds yet. */
const noId = '00000000-0000-0000-0000-000000000000'
