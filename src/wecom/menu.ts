import { z } from 'zod'
import { api, list, nothing, number } from './api.ts'
import type { Wecom } from './client.ts'
import { isErrcode } from './failure.ts'

/** A button of the app's menu: opens a page, tells us a key, or holds up to five others. Names ≤ 16 bytes, sub-buttons ≤ 40. */
export type MenuButton =
  | { type: 'view'; name: string; url: string }
  | { type: 'click'; name: string; key: string }
  | { name: string; sub_button: MenuButton[] }

const create = api({ path: 'menu/create', method: 'POST', repeatable: true, answer: nothing })

/** Makes the menu under the app's chat, ≤ 3 buttons; replaces what was there. https://developer.work.weixin.qq.com/document/path/90231 */
export async function createMenu(wecom: Wecom, button: MenuButton[]): Promise<void> {
  await wecom.call(create, { query: { agentid: wecom.agentId }, body: { button } })
}

const get = api({
  path: 'menu/get',
  method: 'GET',
  repeatable: true,
  answer: z.looseObject({ button: list(z.looseObject({ name: z.string() })) }),
})

/** The menu's first level; empty when there is none. https://developer.work.weixin.qq.com/document/path/90232 */
export async function getMenu(wecom: Wecom): Promise<{ name: string }[]> {
  try {
    return (await wecom.call(get, { query: { agentid: wecom.agentId } })).button
  } catch (failure) {
    if (isErrcode(failure, 46003, 46004)) return []
    throw failure
  }
}

const agent = z.looseObject({
  name: z.string().nullish(),
  /** 1: the app was switched off. */
  close: number.nullish(),
  /** 可信域名, without scheme. */
  redirect_domain: z.string().nullish(),
  /** 应用主页. */
  home_url: z.string().nullish(),
  /** 1: entering the app is told to the callback URL. */
  isreportenter: number.nullish(),
  allow_userinfos: z.looseObject({ user: list(z.looseObject({ userid: z.string() })) }).nullish(),
  allow_partys: z.looseObject({ partyid: list(number) }).nullish(),
  allow_tags: z.looseObject({ tagid: list(number) }).nullish(),
})
export type AppSettings = z.output<typeof agent>

const getAgent = api({ path: 'agent/get', method: 'GET', repeatable: true, answer: agent })

/** How the app is set up in the admin console. https://developer.work.weixin.qq.com/document/path/90227 */
export async function getAppSettings(wecom: Wecom): Promise<AppSettings> {
  return wecom.call(getAgent, { query: { agentid: wecom.agentId } })
}

const setAgent = api({ path: 'agent/set', method: 'POST', repeatable: true, answer: nothing })

/** Sets the home page and whether entering the app is told to us. https://developer.work.weixin.qq.com/document/path/90228 */
export async function setAppSettings(
  wecom: Wecom,
  settings: { home_url?: string; isreportenter?: 0 | 1 },
): Promise<void> {
  await wecom.call(setAgent, { body: { agentid: wecom.agentId, ...settings } })
}
