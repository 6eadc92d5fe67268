import { z } from 'zod'
import { givenTime, line, pageQuery, paragraph, time, userid } from './common.schema.ts'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

const account = {
  id: z.uuid(),
  name: z.string(),
  stage: z.string().nullable().meta({ description: '走得最远的那位（或商机）在的阶段' }),
  score: z.int().meta({ description: '最高的一位，加上活跃的广度，满分 100' }),
  people: z.int(),
  activePeople: z.int().meta({ description: '最近活跃的人数' }),
  surgeAt: time.nullable().meta({ description: '几个人一起活跃，从什么时候起' }),
  lastActiveOn: z.string().nullable(),
  owner: z.string().nullable(),
  openOpportunities: z.int(),
  openAmount: z.int().meta({ description: '在谈的商机合计，单位分' }),
}
export const AccountSchema = z.strictObject(account).meta({ id: 'Account' })

export const AccountListQuery = z.strictObject({
  stage: z.string().max(64).optional(),
  owner: z.string().max(64).optional(),
  q: line(100).optional().meta({ description: '公司名里的词' }),
  surging: z.enum(['true']).optional(),
  ...pageQuery,
})

export const AccountPersonSchema = z
  .strictObject({
    leadId: z.uuid(),
    name: z.string().meta({ description: '不在您范围内的人只显示姓' }),
    title: z.string().nullable(),
    stage: z.string(),
    desk: z.string(),
    owner: z.string().nullable(),
    score: z.number(),
    activeOn: z.string().nullable(),
    how: z.string().meta({ description: 'name 公司名 · domain 邮箱域名 · hand 人放的' }),
    role: z.strictObject({ id: z.string(), by: z.string(), at: time }).nullable(),
    suggestedRole: z.string().nullable().meta({ description: '按职位建议的角色，由人来定' }),
    withinReach: z.boolean(),
  })
  .meta({ id: 'AccountPerson' })

export const AccountDetailSchema = z
  .strictObject({
    ...account,
    lines: z.array(z.strictObject({ text: z.string(), points: z.number() })).meta({ description: '为什么是这个分数' }),
    knownAs: z.array(z.strictObject({ kind: z.string(), key: z.string() })),
    members: z.array(AccountPersonSchema),
    more: z.int().meta({ description: '没有列出来的还有几位' }),
  })
  .meta({ id: 'AccountDetail' })

export const AccountEditSchema = z
  .strictObject({ name: line(200).min(1).nullable().optional(), owner: userid.nullable().optional() })
  .meta({ id: 'AccountEdit', description: 'null 表示交还给系统，跟着人走' })

const node = z.strictObject({
  id: z.string(),
  kind: z.enum(['person', 'stranger', 'staff', 'content']),
  label: z.string(),
  leadId: z.uuid().nullable(),
  title: z.string().nullable(),
  stage: z.string().nullable(),
  role: z.string().nullable(),
  score: z.number().nullable(),
})
const edge = z.strictObject({
  from: z.string(),
  to: z.string(),
  kind: z.enum(['knows', 'works_with', 'forwarded', 'introduced', 'read']),
  weight: z.number(),
  last: time.nullable(),
  evidence: z.array(z.string()),
})
export const AccountMapSchema = z
  .strictObject({
    nodes: z.array(node),
    edges: z.array(edge),
    left: z
      .strictObject({ people: z.int(), strangers: z.int(), contents: z.int(), edges: z.int() })
      .meta({ description: '没有画出来的各有多少' }),
  })
  .meta({ id: 'AccountMap' })

export const AccountSuggestionSchema = z
  .strictObject({
    id: z.uuid(),
    a: AccountSchema,
    b: AccountSchema,
    why: z.array(z.strictObject({ kind: z.string(), hint: z.string() })),
    createdAt: time,
  })
  .meta({ id: 'AccountSuggestion' })

export const LeadAccountSchema = z
  .strictObject({ account: AccountSchema.nullable(), person: AccountPersonSchema.nullable() })
  .meta({ id: 'LeadAccount' })
export const MoveToAccountSchema = z
  .strictObject({ accountId: z.uuid().nullable() })
  .meta({ id: 'MoveToAccount', description: 'null：他不属于哪家公司。人定了，系统不再改' })
export const RoleSchema = z.strictObject({ role: z.string().min(1).max(50).nullable() })

const amount = z.int().min(0).max(1e15).meta({ description: '单位分' })
export const OpportunityFieldsSchema = z.strictObject({
  name: line(100).min(1).optional(),
  amount: amount.nullable().optional(),
  expectedClose: day.nullable().optional(),
  owner: userid.nullable().optional(),
  competitors: z.array(line(60).min(1)).max(20).optional(),
  nextStep: line(200).nullable().optional(),
  nextAt: givenTime.nullable().optional(),
})
/** With an `advance` to the stage of deals. */
export const DealSchema = OpportunityFieldsSchema.extend({ id: z.uuid().optional() })
export const NewOpportunitySchema = OpportunityFieldsSchema.extend({ leadId: z.uuid() }).meta({ id: 'NewOpportunity' })
export const EditOpportunitySchema = OpportunityFieldsSchema.extend({ version: z.int().optional() })

export const OpportunitySchema = z
  .strictObject({
    id: z.uuid(),
    accountId: z.uuid().nullable(),
    leadId: z.uuid(),
    name: z.string(),
    amount: z.int().nullable(),
    expectedClose: z.string().nullable(),
    step: z.string(),
    state: z.enum(['open', 'won', 'lost']),
    owner: z.string().nullable(),
    competitors: z.array(z.string()),
    nextStep: z.string().nullable(),
    nextAt: time.nullable(),
    reason: z.string().nullable(),
    steppedAt: time,
    touchedAt: time,
    closedAt: time.nullable(),
    createdBy: z.string(),
    createdAt: time,
    version: z.int(),
    steps: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        goal: z.string(),
        state: z.enum(['done', 'now', 'ahead']),
        checklist: z.array(
          z.strictObject({
            id: z.string(),
            name: z.string(),
            required: z.boolean(),
            ticked: z.strictObject({ by: z.string(), at: time, note: z.string().nullable() }).nullable(),
          }),
        ),
      }),
    ),
    missing: z.array(z.string()).meta({ description: '过下一道门还差哪几项' }),
    nextStepId: z.string().nullable(),
    people: z.array(
      z.strictObject({ leadId: z.uuid(), name: z.string(), role: z.string().nullable(), tied: z.boolean() }),
    ),
    isStale: z.boolean(),
  })
  .meta({ id: 'Opportunity' })

export const OpportunityLineSchema = z
  .strictObject({
    seq: z.int(),
    kind: z.string(),
    by: z.string(),
    at: time,
    data: z.record(z.string(), z.unknown()),
    words: z.string().nullable(),
  })
  .meta({ id: 'OpportunityChange' })

export const TickSchema = z.strictObject({
  item: z.string().min(1).max(50),
  done: z.boolean().default(true),
  note: paragraph(1000).optional(),
})
export const StepOnSchema = z.strictObject({
  to: z.string().min(1).max(50).optional(),
  override: paragraph(500).min(1).optional().meta({ description: '主管放行的理由' }),
  version: z.int().optional(),
})
export const WinSchema = z.strictObject({
  reason: paragraph(500).optional(),
  override: paragraph(500).min(1).optional(),
  version: z.int().optional(),
})
export const LoseSchema = z.strictObject({
  reason: paragraph(500).min(1),
  note: paragraph(2000).optional(),
  until: givenTime.optional(),
  version: z.int().optional(),
})
export const ReopenSchema = z.strictObject({ reason: paragraph(500).min(1), version: z.int().optional() })
export const OpportunityPersonSchema = z.strictObject({ leadId: z.uuid(), role: z.string().min(1).max(50).nullable() })
