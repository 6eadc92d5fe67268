import type { z } from 'zod'
import type { CodePlan } from '../../codes/plan.ts'
import { type CodeCounts, countCodes } from '../../codes/read.ts'
import type { CodeRow } from '../../codes/rows.ts'
import type { House } from '../../house.ts'
import type { LiveCodeChangesSchema, LiveCodeSchema } from './live-codes.schema.ts'

type Shown = z.input<typeof LiveCodeSchema>
type Given = Partial<z.output<typeof LiveCodeChangesSchema>>

/** What was said of the plan, as it is kept; what was not said is not touched. */
export function planOf(given: Given): Partial<CodePlan> {
  const { slots, dailyLimit, limits, backup, greetings, remark, description, verify, sameStaff } = given
  const plan = { slots, limit: dailyLimit, limits, backup, greetings, remark, description, verify, sameStaff }
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined))
}

/** Codes as people and machines see them, with what came through them. */
export async function presentCodes(house: House, rows: readonly CodeRow[]): Promise<Shown[]> {
  const counts = await countCodes(house, rows)
  return rows.map((row) => present(row, counts.get(row.id) as CodeCounts))
}

function present(row: CodeRow, counts: CodeCounts): Shown {
  const { plan } = row
  return {
    id: row.id,
    state: row.state,
    configId: row.configId,
    qrCode: row.qrCode,
    name: row.name,
    staff: row.staff,
    tags: row.tags,
    source: row.source,
    welcome: row.welcome,
    slots: plan.slots ?? [],
    dailyLimit: plan.limit ?? null,
    limits: plan.limits ?? {},
    backup: plan.backup ?? [],
    greetings: plan.greetings ?? [],
    remark: plan.remark ?? null,
    description: plan.description ?? null,
    verify: plan.verify ?? false,
    sameStaff: plan.sameStaff ?? true,
    made: row.made,
    problem: row.madeError ?? row.dutyError,
    onDuty: { userids: row.duty, why: row.dutyWhy, nextAt: row.dutyAt?.toISOString() ?? null },
    counts,
    figures: row.figures,
    version: row.version,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
  }
}
