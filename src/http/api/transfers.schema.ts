import { z } from 'zod'
import { givenTime, line, pageQuery, paragraph, time, userid } from './common.schema.ts'
import { PromiseSchema } from './sidebar.schema.ts'

export const TransferSchema = z
  .strictObject({
    id: z.uuid(),
    leadId: z.uuid().nullable(),
    leadName: z.string().nullable(),
    company: z.string().nullable(),
    from: z.string(),
    to: z.string().nullable().meta({ description: 'null：还没找到接手的同事' }),
    reason: z
      .enum(['colleague', 'absence', 'left', 'resigned'])
      .meta({ description: '同事转的 · 请假 · 不在可见范围或已停用 · 离职' }),
    how: z
      .enum(['present', 'leaver', 'introduction', 'none'])
      .meta({ description: '在职继承 · 离职继承 · 请客户扫新同事的码 · 只转跟进，企业微信里不动' }),
    state: z
      .enum(['unplaced', 'wanted', 'asked', 'done', 'refused', 'failed', 'cancelled'])
      .meta({ description: '待找人 · 待提交 · 已提交，约 24 小时完成 · 完成 · 客户拒绝 · 没成 · 不用了' }),
    note: z.string().nullable(),
    line: z.string().nullable().meta({ description: '完成时企业微信对客户说的话' }),
    fault: z
      .strictObject({ id: z.string(), message: z.string() })
      .nullable()
      .meta({ description: '为什么没成、怎么办' }),
    until: time.nullable().meta({ description: '请假到什么时候' }),
    returnedAt: time.nullable(),
    by: z.string(),
    at: time,
    dueAt: time.nullable().meta({ description: '在企业微信里大约什么时候完成' }),
    endedAt: time.nullable(),
  })
  .meta({ id: 'Transfer' })

export const BudgetSchema = z
  .strictObject({ max: z.int(), left: z.int(), freeAt: time.nullable().meta({ description: '下一次什么时候可用' }) })
  .meta({ id: 'TransferBudget', description: '企业微信允许的在职继承：每位客户 90 天内 2 次' })

export const NewTransferSchema = z
  .strictObject({
    to: userid,
    from: userid.optional().meta({ description: '不填：负责人，否则最近加他的同事' }),
    how: z
      .enum(['present', 'introduction', 'none'])
      .optional()
      .meta({ description: '不填：对方已是客户好友就只转跟进，否则在企业微信里转接' }),
    note: paragraph(1000).optional().meta({ description: '给接手同事的交代' }),
    line: line(200).optional().meta({ description: '完成时对客户说的话；不填用模板 transfer-line' }),
  })
  .meta({ id: 'NewTransfer' })

/** As it was before hand-overs were followed: kept for whoever calls it. */
export const OldTransferSchema = z
  .strictObject({ takeover: userid, handover: userid.optional(), message: line(200).optional() })
  .meta({ id: 'OldTransfer' })

/** States as people look for them. */
export const standing = {
  unplaced: ['unplaced'],
  running: ['wanted', 'asked'],
  lost: ['refused', 'failed'],
  over: ['done', 'cancelled'],
} as const

export const TransferListQuery = z.strictObject({
  stand: z
    .enum(['unplaced', 'running', 'lost', 'over'])
    .optional()
    .meta({ description: '待找人 · 进行中 · 没成（被拒绝或失败）· 已结束' }),
  state: TransferSchema.shape.state.optional(),
  reason: TransferSchema.shape.reason.optional(),
  from: userid.optional(),
  leadId: z.uuid().optional(),
  ...pageQuery,
})

export const LeadTransfersSchema = z
  .strictObject({
    items: z.array(TransferSchema),
    budget: BudgetSchema.nullable().meta({ description: 'null：没有同事是他的好友，转接无从谈起' }),
  })
  .meta({ id: 'LeadTransfers' })

export const LeaverSchema = z
  .strictObject({
    userid: z.string(),
    name: z.string(),
    leftAt: time.nullable(),
    unplaced: z.int(),
    running: z.int(),
    done: z.int(),
    refused: z.int().meta({ description: '客户拒绝' }),
    failed: z.int(),
  })
  .meta({ id: 'Leaver' })

export const HandOverBriefSchema = z
  .strictObject({
    transfer: TransferSchema.nullable(),
    records: z.array(z.strictObject({ by: z.string(), at: time, text: z.string() })),
    tasks: z.array(
      z.strictObject({ id: z.uuid(), text: z.string(), owner: z.string().nullable(), dueAt: time.nullable() }),
    ),
    promise: PromiseSchema.nullable(),
    todos: z.array(z.strictObject({ id: z.uuid(), title: z.string(), userid: z.string() })),
    deal: z
      .strictObject({
        id: z.uuid(),
        name: z.string(),
        amount: z.int().nullable(),
        step: z.string(),
        nextStep: z.string().nullable(),
        nextAt: time.nullable(),
      })
      .nullable(),
    sent: z.strictObject({ title: z.string(), at: time, opened: z.boolean() }).nullable(),
    read: z.strictObject({ title: z.string(), at: time, depth: z.int() }).nullable(),
  })
  .meta({ id: 'HandOverBrief', description: '接手一位客户要知道的：聊过什么、答应过什么、待办、商机、发过和读过什么' })

export const AbsenceSchema = z.strictObject({
  until: givenTime.nullable(),
  cover: userid.nullable().optional().meta({ description: '谁替我照看客户；不填保持不变' }),
})

export const SaidAwaySchema = z.strictObject({ absentUntil: time.nullable(), cover: z.string().nullable() })

export const AwaySchema = z
  .strictObject({
    userid: z.string(),
    name: z.string(),
    until: time,
    cover: z.string().nullable().meta({ description: 'null：没有人替他照看' }),
    lent: z.int().meta({ description: '替他照看的人手上、等他回来交还的客户' }),
    left: z.int().meta({ description: '还在他名下的客户' }),
  })
  .meta({ id: 'Away' })

export const TransferCountsSchema = z
  .strictObject({
    states: z.partialRecord(TransferSchema.shape.state, z.int()),
    usedUp: z.int().meta({ description: '转接次数已用完的客户；要再换人，只能介绍新同事' }),
    max: z.int(),
    within: z.string().meta({ description: '这么久之内最多转 max 次，写法同业务规则' }),
  })
  .meta({ id: 'TransferCounts' })
