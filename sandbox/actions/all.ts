import type { z } from 'zod'
import { settleTransfers } from '../transferring.ts'
import type { Wecom } from '../wecom.ts'
import { consoleActions } from './console.ts'
import { customerActions } from './customer.ts'
import { groupChatActions } from './group-chat.ts'
import { jsapiActions } from './jsapi.ts'
import { kfActions } from './kf.ts'
import { linkActions } from './link.ts'
import { staffActions } from './staff.ts'

const actions = {
  ...customerActions,
  ...staffActions,
  ...kfActions,
  ...groupChatActions,
  ...linkActions,
  ...jsapiActions,
  ...consoleActions,
}
type Actions = typeof actions
export type ActionName = keyof Actions

/** Every action as a function. Rejects with `Impossible` or a zod error. */
export type Hands = {
  [Name in ActionName]: (input: z.input<Actions[Name]['input']>) => Promise<Awaited<ReturnType<Actions[Name]['run']>>>
}

export const isAction = (name: string): name is ActionName => Object.hasOwn(actions, name)

/** Does one action by name. @throws Impossible, ZodError */
export async function perform(wecom: Wecom, name: ActionName, input: unknown): Promise<unknown> {
  settleTransfers(wecom)
  const { input: schema, run } = actions[name]
  // Name and input belong together by construction of the table.
  const result: unknown = await (run as (wecom: Wecom, input: unknown) => unknown)(wecom, schema.parse(input))
  wecom.changed()
  return result
}

export function handsOf(wecom: Wecom): Hands {
  const names = Object.keys(actions) as ActionName[]
  return Object.fromEntries(names.map((name) => [name, (input: unknown) => perform(wecom, name, input)])) as Hands
}
