import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { addNote } from '../../leads/add-note.ts'
import { readGroup } from '../../sidebar/group.ts'
import { ok, type Route, route } from '../route.ts'
import { paragraph } from './common.schema.ts'

const group = '侧边栏'
const params = z.object({ chatId: z.string().min(1).max(128) })
const workers = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'] as const

export const GroupSchema = z
  .strictObject({
    chatId: z.string(),
    name: z.string(),
    owner: z.string().nullable(),
    members: z.array(
      z.strictObject({
        userid: z.string(),
        name: z.string(),
        isStaff: z.boolean(),
        lead: z
          .strictObject({
            id: z.uuid(),
            name: z.string(),
            company: z.string().nullable(),
            stage: z.string(),
            owner: z.string().nullable(),
            isWithinReach: z.boolean(),
          })
          .nullable()
          .meta({ description: 'null：同事里还没有人是他的好友' }),
      }),
    ),
  })
  .meta({ id: 'GroupChat' })

export const groupChatRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/group-chats/:chatId',
    group,
    summary: '一个客户群：谁在里面，谁是谁的线索，谁还不认识；群里的同事和主管可以看',
    who: workers,
    scope: 'rows',
    params,
    answers: { 200: GroupSchema },
    handle: async ({ house, params: { chatId }, principal }) => ok(await readGroup(house, chatId, principal)),
  }),
  route({
    method: 'post',
    path: '/api/group-chats/:chatId/notes',
    group,
    summary: '群里谈了什么，一次记到在场的、您范围内的客户身上',
    who: workers,
    scope: 'rows',
    params,
    body: z.strictObject({ text: paragraph(2000).min(1), leadIds: z.array(z.uuid()).min(1).max(50) }),
    answers: { 200: z.strictObject({ noted: z.int() }) },
    async handle({ house, params: { chatId }, body: { text, leadIds }, principal, actor }) {
      const { name, members } = await readGroup(house, chatId, principal)
      const here = members.flatMap(({ lead }) => (lead?.isWithinReach && leadIds.includes(lead.id) ? [lead.id] : []))
      if (here.length === 0) throw new Refused(422, 'nobody_here', '选中的客户都不在这个群里，或不在您的范围内')
      const { calendar } = await house.playbook.current()
      // The same words about the same group, written twice in a day by one person, are a call that was repeated.
      const key = `group:${chatId}:${actor.id}:${calendar.dayOf(house.clock.now())}:${text}`
      for (const leadId of here)
        await addNote(house, {
          leadId,
          by: actor.id,
          text: `【群：${name || '未命名的客户群'}】${text}`,
          key: `${key}:${leadId}`,
        })
      return ok({ noted: here.length })
    },
  }),
]
