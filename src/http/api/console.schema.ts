import { z } from 'zod'
import { time } from './common.schema.ts'

const place = z.strictObject({ stage: z.string(), desk: z.string() })
const named = z.strictObject({ id: z.string(), name: z.string() })

export const BriefSchema = z
  .strictObject({
    queue: z
      .strictObject({
        queuedAt: time,
        dueAt: time,
        why: z.array(z.strictObject({ rule: z.string(), text: z.string() })),
        playbookVersion: z.int(),
        handRaised: z.boolean(),
        claimedBy: z.string().nullable(),
        claimedUntil: time.nullable(),
      })
      .nullable()
      .meta({ description: '在审核队列里时' }),
    tags: z.array(
      z.strictObject({
        group: z.string(),
        name: z.string(),
        by: z.string(),
        rule: z.string().nullable(),
        at: time,
        playbookVersion: z.int().meta({ description: '当时的业务规则版本；0 是开始记录以前' }),
      }),
    ),
    path: z
      .array(
        z.strictObject({
          seq: z.int(),
          edge: z.string(),
          name: z.string(),
          from: place.nullable(),
          to: place,
          at: time,
          actor: z.string(),
          reason: z.string().nullable(),
          words: z.string().nullable(),
          rule: z.string().nullable(),
          playbookVersion: z.int(),
        }),
      )
      .meta({ description: '走过的每一步，新的在前' }),
    offer: z
      .strictObject({
        id: z.uuid(),
        userid: z.string(),
        state: z.string(),
        rule: named,
        playbookVersion: z.int(),
        offeredAt: time,
        dueAt: time,
        answeredAt: time.nullable(),
        firstContactDue: time.nullable(),
        firstContactAt: time.nullable(),
        mine: z.boolean().meta({ description: '您可以答复' }),
      })
      .nullable(),
    verdict: z
      .strictObject({
        verdict: z.string(),
        reason: z.string(),
        by: z.string(),
        at: time,
        holdsUntil: time.nullable(),
        state: z.string(),
        playbookVersion: z.int(),
      })
      .nullable(),
    qualification: z.strictObject({ fields: z.record(z.string(), z.unknown()), by: z.string(), at: time }).nullable(),
    follows: z.array(
      z.strictObject({ userid: z.string(), state: z.string(), startedAt: time, endedAt: time.nullable() }),
    ),
    conversations: z.array(
      z.strictObject({ account: z.string(), heardAt: time.nullable(), servicer: z.string().nullable() }),
    ),
    consents: z.array(z.strictObject({ granted: z.boolean(), source: z.string(), by: z.string(), at: time })),
    routing: z
      .strictObject({
        userid: z.string().nullable(),
        rule: named,
        note: z.string(),
        load: z.strictObject({ open: z.int(), capacity: z.int() }).nullable(),
      })
      .nullable()
      .meta({ description: '现在交给销售会派给谁，为什么' }),
    moves: z
      .array(
        z.strictObject({
          edge: z.string(),
          on: z.string(),
          name: z.string(),
          to: place,
          reasons: z.string().nullable(),
        }),
      )
      .meta({ description: '您在这里能做的' }),
  })
  .meta({ id: 'Brief' })

const reason = z.strictObject({
  id: z.string(),
  name: z.string(),
  coolDown: z.string().optional(),
  asksDate: z.boolean(),
})

export const WordsSchema = z
  .strictObject({
    version: z.int(),
    company: z.string(),
    stages: z.array(z.strictObject({ id: z.string(), name: z.string(), half: z.string(), closed: z.boolean() })),
    desks: z.record(z.string(), z.string()),
    verdicts: z.array(z.strictObject({ id: z.string(), name: z.string(), reasons: z.string() })),
    reasons: z.record(z.string(), z.strictObject({ name: z.string(), options: z.array(reason) })),
    qualification: z.array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        options: z.array(z.strictObject({ id: z.string(), name: z.string() })),
      }),
    ),
    events: z.record(z.string(), z.string()),
    rules: z.record(z.string(), z.string()).meta({ description: '派单规则的名字' }),
    accountRoles: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    lostReasons: z.string().nullable(),
    tagGroups: z.array(z.strictObject({ name: z.string(), kind: z.string(), tags: z.array(z.string()) })),
    staff: z.array(
      z.strictObject({ userid: z.string(), name: z.string(), roles: z.array(z.string()), active: z.boolean() }),
    ),
    undoSeconds: z.int(),
    sandboxUrl: z.string().nullable().meta({ description: '沙箱里的企业微信；正式环境为 null' }),
  })
  .meta({ id: 'Words', description: '业务规则里的名字，界面用它们说话' })
