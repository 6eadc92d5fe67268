import { z } from 'zod'
import { wordId } from './stages-schema.ts'

const ActionSchema = z.strictObject({
  id: wordId,
  /** On its button. */
  name: z.string().trim().min(1).max(12),
  /** On the button that sends the form; absent: the name. */
  button: z.string().trim().min(1).max(12).optional(),
  /** What asking for it is: an event of the score. */
  event: wordId,
  say: z.string().trim().max(120).default(''),
  /** What somebody we know is asked for. Whom we do not know is asked for a name and a mobile number too. */
  asks: z.enum(['nothing', 'words', 'mobile']).default('nothing'),
})

/** The pages customers read. */
export const PagesSchema = z.strictObject({
  /** What opening, reading and forwarding a piece are called in the score. */
  events: z
    .strictObject({
      open: wordId.default('content_open'),
      read: wordId.default('content_read'),
      forward: wordId.default('content_forward'),
    })
    .prefault({}),
  /** Percent of a piece from which on it was read. */
  readFrom: z.int().min(1).max(100).default(60),
  /** Tags that reading puts: after so many different pieces about one thing the lead is given its name as a tag. */
  tags: z
    .array(
      z.strictObject({
        /** What of a piece says what it is about. */
        of: z.enum(['needs', 'audiences', 'industries']),
        on: z.enum(['open', 'read']).default('open'),
        /** So many different pieces. */
        atLeast: z.int().min(1).max(50).default(1),
        /** Group the tag belongs to. */
        group: z.string().trim().min(1).max(30),
      }),
    )
    .max(10)
    .default([]),
  /** Channel of those who leave their number on a page. */
  channel: z.string().trim().min(1).max(60).default('内容页'),
  /** What somebody agrees to when he leaves his number; each consent keeps the version he saw. */
  consent: z
    .strictObject({ version: z.string().trim().min(1).max(20), text: z.string().trim().min(1).max(400) })
    .prefault({
      version: '1',
      text: '我同意贵司用我填写的信息联系我，答复这次的问题。信息不提供给第三方，可随时要求删除。',
    }),
  actions: z
    .array(ActionSchema)
    .max(6)
    .default([
      { id: 'demo', name: '预约演示', event: 'demo_request', say: '', asks: 'nothing' },
      { id: 'ask', name: '我有问题', button: '发给同事', event: 'human_request', say: '', asks: 'words' },
      { id: 'phone', name: '留个电话', button: '请打给我', event: 'human_request', say: '', asks: 'mobile' },
    ]),
})

export type PageAction = z.infer<typeof ActionSchema>
