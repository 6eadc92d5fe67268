import { z } from 'zod'

export const ErrorSchema = z
  .strictObject({ error: z.strictObject({ id: z.string(), message: z.string(), details: z.unknown().optional() }) })
  .meta({ id: 'Error', description: 'id 稳定，供程序判断；message 给人看' })

export const idParams = z.object({ id: z.string().meta({ description: '对象的 id' }) })

/** A time as it leaves: ISO 8601 in UTC. */
export const time = z.iso.datetime()
/** A time as it may come in: ISO 8601 with an offset or Z. */
export const givenTime = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: '一页多少条，最多 200' }),
  cursor: z.string().max(1000).optional().meta({ description: '上一页的 nextCursor' }),
}

/** A list: its items and where the next page begins, or null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })

/** A userid of WeCom's: compared without case. */
export const userid = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_@.-]{1,64}$/, { error: '成员账号由 1–64 个字母、数字和 _-@. 组成' })

/** A line of text as people type it; no control characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), { error: '含有控制字符' })

/** Several lines of it. */
export const paragraph = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => !text.includes('\0'), { error: '含有控制字符' })

export const tag = z.strictObject({ group: line(60).min(1), name: line(60).min(1) })
