import { z } from 'zod'
import { defineHandler } from '../../../src/define.ts'

const one = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)])
const Selected = z.object({ QuestionKey: z.string(), OptionIds: z.object({ OptionId: one(z.string()) }) })

/** A rep passed an offer on; the key is `decline:<offer id>` and the reason is the card's selection. */
export default defineHandler({
  schema: z.object({
    FromUserName: z.string().min(1),
    EventKey: z.string().regex(/^decline:.+/),
    TaskId: z.string(),
    ResponseCode: z.string(),
    SelectedItems: z.union([z.object({ SelectedItem: one(Selected) }), z.literal('')]).optional(),
  }),
  handle(event, { offers }) {
    const items = event.SelectedItems ? [event.SelectedItems.SelectedItem].flat() : []
    const reason = items.find((item) => item.QuestionKey === 'reason')?.OptionIds.OptionId
    offers.answer(event.EventKey.slice('decline:'.length), {
      userid: event.FromUserName,
      answer: 'decline',
      reason: [reason].flat()[0] ?? '未选择原因',
      card: { taskId: event.TaskId, responseCode: event.ResponseCode },
    })
  },
})
