import { parse } from 'yaml'
import { z } from 'zod'

// Faults are read by whoever wrote the form.
z.config(z.locales.zhCN())

const id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, { error: 'id 用小写字母、数字和 -，以字母开头' })
const words = z.string().trim().min(1).max(30)

const FieldSchema = z
  .strictObject({
    id,
    label: words,
    kind: z.enum(['choice', 'choices', 'date', 'number', 'text']),
    options: z.array(words).min(2).max(12).optional(),
    required: z.boolean().default(false),
  })
  .refine(({ kind, options }) => kind.startsWith('choice') === (options !== undefined), {
    error: 'choice 和 choices 要写 options，其他类型不写',
  })

/** A quick record of one kind of follow-up, filled in a few taps: nothing typed is ever required. */
export const FollowUpFormSchema = z
  .strictObject({
    id,
    title: words,
    /** Where it is offered first; it can be used anywhere. */
    stages: z.array(z.string()).min(1),
    fields: z.array(FieldSchema).min(1).max(6),
    /** Items of the deals' checklist that such a record shows to be done; `when`: only with one of these answers. */
    ticks: z
      .array(z.strictObject({ item: z.string().min(1).max(50), when: z.record(id, z.array(words).min(1)).default({}) }))
      .max(10)
      .default([]),
    /** The field that says on which day the next step is. */
    nextOn: id.optional(),
  })
  .superRefine(({ fields, ticks, nextOn }, ctx) => {
    const seen = new Set<string>()
    const kinds = new Map(fields.map(({ id: field, kind }) => [field, kind]))
    ticks.forEach(({ when }, index) => {
      for (const field of Object.keys(when))
        if (!kinds.get(field)?.startsWith('choice'))
          ctx.addIssue({ code: 'custom', path: ['ticks', index, 'when', field], message: `没有选择题「${field}」` })
    })
    if (nextOn !== undefined && kinds.get(nextOn) !== 'date')
      ctx.addIssue({ code: 'custom', path: ['nextOn'], message: `没有日期「${nextOn}」` })
    fields.forEach((field, index) => {
      if (seen.has(field.id))
        ctx.addIssue({ code: 'custom', path: ['fields', index, 'id'], message: `「${field.id}」写了两次` })
      seen.add(field.id)
      if (field.kind === 'text' && field.required)
        ctx.addIssue({ code: 'custom', path: ['fields', index, 'required'], message: '文字不能是必填：十秒要能填完' })
    })
  })

export type FollowUpForm = z.infer<typeof FollowUpFormSchema>

/** @throws Error naming the file and every field at fault */
export function readFollowUpForm(text: string, file: string): FollowUpForm {
  const form = FollowUpFormSchema.safeParse(parse(text))
  if (form.success) return form.data
  throw new Error(
    `${file}：${form.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' ')).join('；')}`,
  )
}
