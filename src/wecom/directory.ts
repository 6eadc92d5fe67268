import { z } from 'zod'
import { api, list, number } from './api.ts'
import type { Wecom } from './client.ts'

const member = z.looseObject({
  userid: z.string(),
  name: z.string().nullish(),
  department: list(number),
  position: z.string().nullish(),
  /** 1 active, 2 disabled, 4 not activated, 5 left. */
  status: number.nullish(),
})
export type Member = z.output<typeof member>

const get = api({ path: 'user/get', method: 'GET', repeatable: true, answer: member })

/** One member in the app's scope; mobile and e-mail are not shown to new apps. https://developer.work.weixin.qq.com/document/path/90196 */
export async function getMember(wecom: Wecom, userid: string): Promise<Member> {
  return wecom.call(get, { query: { userid } })
}

const listedMember = z.looseObject({ userid: z.string(), name: z.string().nullish(), department: list(number) })
const simpleList = api({
  path: 'user/simplelist',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({ userlist: list(listedMember) }),
})

/** Members directly in one department. https://developer.work.weixin.qq.com/document/path/90200 */
export async function listMembers(wecom: Wecom, departmentId: number): Promise<z.output<typeof listedMember>[]> {
  return (await wecom.call(simpleList, { query: { department_id: departmentId } })).userlist
}

const department = z.looseObject({
  id: number,
  name: z.string().nullish(),
  parentid: number.nullish(),
  order: number.nullish(),
  department_leader: list(z.string()),
})
const departmentList = api({
  path: 'department/list',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({ department: list(department) }),
})

/** Departments in the app's scope. https://developer.work.weixin.qq.com/document/path/90208 */
export async function listDepartments(wecom: Wecom): Promise<z.output<typeof department>[]> {
  return (await wecom.call(departmentList)).department
}
