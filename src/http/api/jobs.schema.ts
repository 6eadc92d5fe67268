import { z } from 'zod'
import { pageQuery, time } from './common.schema.ts'

const job = {
  id: z.uuid(),
  kind: z.string(),
  state: z.enum(['queued', 'working', 'done', 'failed', 'cancelled']),
  done: z.int(),
  total: z.int().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  by: z.string(),
  createdAt: time,
  finishedAt: time.nullable(),
}

export const JobSchema = z.strictObject(job).meta({ id: 'Job' })

export const JobReportSchema = z
  .strictObject({
    ...job,
    items: z.array(
      z.strictObject({
        row: z.int(),
        outcome: z.string(),
        leadId: z.uuid().nullable(),
        problem: z.string().nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'JobReport', description: '进度，和逐行的结果' })

export const JobReportQuery = z.strictObject({
  outcome: z
    .string()
    .max(40)
    .optional()
    .meta({ description: '只看这种结果的行：created、joined、unchanged、refused、done' }),
  ...pageQuery,
})
