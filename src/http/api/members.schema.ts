import { z } from 'zod'
import { time } from './common.schema.ts'
import { StaffSchema } from './staff.ts'

export const MemberSchema = StaffSchema.extend({
  reach: z.enum(['all', 'team', 'own']).meta({ description: '看得到哪些线索，由角色决定' }),
  adminByConfig: z.boolean().meta({ description: '写在 ADMINS 里，角色收不走' }),
  leads: z.int().meta({ description: '名下的线索和客户' }),
  sessions: z.int().meta({ description: '现在登录着几处' }),
  lastSignIn: time.nullable(),
}).meta({ id: 'Member' })

export const SignInLinkSchema = z
  .strictObject({ url: z.string(), expiresAt: time })
  .meta({ id: 'SignInLink', description: '一天之内、一次有效；谁打开就以谁的身份进入' })
