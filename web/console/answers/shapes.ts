import type { z } from 'zod'
import type { AnswerSchema, MissedSchema, TrySchema } from '../../../src/http/api/answers.ts'

export type Answer = z.infer<typeof AnswerSchema>
export type Missed = z.infer<typeof MissedSchema>
export type Tried = z.infer<typeof TrySchema>
export type Hit = Tried['hits'][number]
