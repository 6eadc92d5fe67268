import { z } from 'zod'
import { dueKinds } from '../../team/due.ts'
import { parts } from '../../team/hand-over-all.ts'
import { line, time, userid } from './common.schema.ts'

const load = z.strictObject({ open: z.int(), capacity: z.int() })

export const TeammateSchema = z
  .strictObject({
    userid: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
    team: z.string().nullable(),
    presence: z
      .enum(['on', 'off', 'absent', 'gone'])
      .meta({ description: '在岗 · 不在工作时间 · 请假 · 已不在应用可见范围' }),
    until: time.nullable().meta({ description: '到什么时候会变；null 为不知道' }),
    codes: z.int().meta({ description: '此刻有几个活码的客户加到他' }),
    capacity: z.int(),
    open: z.int().meta({ description: '在手的线索加待答复的派单，占用负载的' }),
    newToday: z.int(),
    newPerDay: z.int(),
    holds: z.strictObject({
      leads: z.int(),
      offers: z.int(),
      others: z.int().meta({ description: '销售以外的工位上、由他负责的' }),
      tasks: z.int(),
      lateTasks: z.int(),
      claims: z.int(),
    }),
    lateContacts: z.int(),
    lately: z
      .strictObject({ accepted: z.int(), declined: z.int(), lapsed: z.int(), returned: z.int() })
      .meta({ description: '最近七天' }),
  })
  .meta({ id: 'Teammate' })

export const TeamSchema = z
  .strictObject({
    working: z.boolean().meta({ description: '公司现在是不是工作时间' }),
    items: z.array(TeammateSchema),
    nextCursor: z.string().nullable(),
    rules: z
      .array(
        z.strictObject({
          rule: z.string(),
          name: z.string(),
          placed: z.int(),
          accepted: z.int(),
          open: z.int(),
          passed: z.int().meta({ description: '没接或超时，转给了下一位' }),
        }),
      )
      .meta({ description: '今天每条派单规则派了多少；by-hand 是人工指派' }),
  })
  .meta({ id: 'Team' })

export const DueSchema = z
  .strictObject({
    key: z.string(),
    kind: z.enum(dueKinds),
    leadId: z.uuid(),
    name: z.string(),
    company: z.string().nullable(),
    stage: z.string(),
    userid: z.string().nullable(),
    rule: z.string().nullable(),
    since: time,
    dueAt: time,
    warned: z.int().meta({ description: '已经提醒过几次；两次以上经理已知道' }),
  })
  .meta({ id: 'Due' })

export const UnplacedSchema = z
  .strictObject({
    leadId: z.uuid(),
    name: z.string(),
    company: z.string().nullable(),
    stage: z.string(),
    desk: z.string(),
    since: time,
    handRaised: z.boolean(),
    note: z.string().nullable().meta({ description: '当时为什么没有人能接' }),
    passed: z.int(),
  })
  .meta({ id: 'Unplaced' })

export const TakersSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        userid: z.string(),
        name: z.string(),
        load,
        friend: z.boolean(),
        objection: z.string().nullable().meta({ description: '派单规则认为不合适的原因；null 为没有' }),
        chosen: z.boolean().meta({ description: '按规则现在会派给他' }),
      }),
    ),
  })
  .meta({ id: 'Takers' })

export const HandOverSchema = z
  .strictObject({
    to: userid,
    anyway: z.boolean().default(false).meta({ description: '派单规则认为不合适也交给他' }),
    note: line(500).optional(),
    version: z.int().min(1).optional(),
  })
  .meta({ id: 'HandOver' })

export const HandOverAllSchema = z
  .strictObject({
    from: userid,
    to: userid.nullable().meta({ description: 'null：线索按派单规则重新派，待办变成无人负责' }),
    what: z
      .array(z.enum(parts))
      .min(1)
      .default(['leads', 'tasks', 'reviews'])
      .meta({ description: 'customers：企业微信里的客户也逐位转接给他，约 24 小时，客户可以拒绝，90 天内次数有限' }),
    anyway: z.boolean().default(false),
    note: line(500).optional(),
  })
  .meta({ id: 'HandOverAll' })
