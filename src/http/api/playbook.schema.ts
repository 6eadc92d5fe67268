import { z } from 'zod'
import { paragraph, time } from './common.schema.ts'

export const PlaybookAnswerSchema = z
  .looseObject({ version: z.int() })
  .meta({ id: 'Playbook', description: '业务规则全文，外加它的版本号 version' })

export const VersionSchema = z
  .strictObject({ version: z.int(), by: z.string(), at: time, note: z.string().nullable() })
  .meta({ id: 'PlaybookVersion' })

export const versionNumber = z.coerce.number().int().min(1).max(2_000_000_000)
export const noteText = paragraph(500)

export const PatchSchema = z
  .looseObject({ version: versionNumber.optional(), note: noteText.optional() })
  .meta({ description: 'JSON merge patch（RFC 7396）；带上 version 时，与现行版本不同则拒绝；note 说明为什么改' })

export const WantedSchema = z
  .union([z.strictObject({ patch: z.record(z.string(), z.unknown()) }), z.strictObject({ version: versionNumber })], {
    error: '请写 patch（JSON merge patch）或 version（历史版本），二选一',
  })
  .meta({ id: 'PlaybookWanted' })

export const ChangeSchema = z
  .strictObject({
    path: z.string(),
    label: z.string(),
    kind: z.enum(['added', 'removed', 'changed', 'moved']),
    old: z.unknown().optional(),
    new: z.unknown().optional(),
  })
  .meta({ id: 'PlaybookChange', description: '一处改动；列表按 id 对上，换了位置是 moved' })

export const CheckedSchema = z
  .strictObject({
    valid: z.boolean(),
    base: z.int(),
    faults: z.array(z.strictObject({ path: z.string(), message: z.string() })),
    changes: z.array(ChangeSchema),
    consequences: z.array(
      z.strictObject({
        weight: z.enum(['stops', 'mind']),
        id: z.string(),
        count: z.int(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'PlaybookCheck', description: 'consequences 里有 stops 时不能保存' })
