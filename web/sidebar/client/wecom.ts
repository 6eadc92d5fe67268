import * as ww from '@wecom/jssdk'
import type { z } from 'zod'
import type { JsSdkSchema } from '../../../src/http/api/sidebar.schema.ts'
import { call } from '../../shared/call.ts'
import { given } from '../given.ts'

/** What the client opened the page for. */
export type Opened =
  /** `inChat`: beside the chat with him, so that something can be put into it; a profile has none. */
  | { kind: 'customer'; externalUserId: string; inChat: boolean }
  | { kind: 'group'; chatId: string }
  /** In WeCom, but not beside a chat with a customer; or not in WeCom at all. */
  | { kind: 'nowhere' }
  /** WeCom refused: `switchedOff` says which setting is missing, in Chinese. */
  | { kind: 'refused'; words: string }

type Signatures = z.infer<typeof JsSdkSchema>

const jsApiList = [
  'getContext',
  'getCurExternalContact',
  'getCurExternalChat',
  'sendChatMessage',
  'openEnterpriseChat',
  'startRecord',
  'stopRecord',
  'translateVoice',
]
const chatEntries = ['single_chat_tools', 'single_kf_tools', 'chat_attachment']
const customerEntries = [...chatEntries, 'contact_profile']
/** A client that does not answer is no reason to show nothing. */
const patienceMs = 8_000

export const isInWecom = ww.env.isWeCom

// The SDK lets the refusals of its own attempts fall; each call of ours is told the same and answers for it.
window.addEventListener('unhandledrejection', (event) => {
  if (typeof (event.reason as { errMsg?: unknown } | null)?.errMsg === 'string') event.preventDefault()
})

let registering: Promise<void> | undefined
/** Good for one registration: WeCom's tickets change. */
let atHand = given?.signed ? { url: given.url, signatures: given.signed } : null

/** Registers the page with the client, once per address. https://developer.work.weixin.qq.com/document/path/94313 */
function register(): Promise<void> {
  registering ??= (async () => {
    const ask = (url: string) => call<Signatures>('GET', `/api/js-sdk?url=${encodeURIComponent(url)}`)
    const [here = ''] = window.location.href.split('#')
    const signatures = atHand?.url === here ? atHand.signatures : await ask(here)
    atHand = null
    const signed = async (url: string) => (url === here ? signatures : ask(url))
    const { corpId, agentId } = signatures
    ww.register({
      corpId,
      agentId,
      jsApiList,
      getConfigSignature: async (url) => (await signed(url)).corp,
      getAgentConfigSignature: async (url) => (await signed(url)).agent,
    })
    await ww.ensureAgentConfigReady()
  })()
  registering.catch(() => {
    registering = undefined
  })
  return registering
}

/** Who is at the other end of the chat beside the page. Never throws: what WeCom refuses is told in words. */
export async function whoIsOpen(): Promise<Opened> {
  if (!isInWecom) return { kind: 'nowhere' }
  try {
    await withPatience(register())
    const { entry } = await withPatience(ww.getContext())
    if (customerEntries.includes(String(entry))) {
      const { userId } = await withPatience(ww.getCurExternalContact())
      return { kind: 'customer', externalUserId: userId, inChat: chatEntries.includes(String(entry)) }
    }
    if (String(entry).startsWith('group_chat')) {
      const { chatId } = await withPatience(ww.getCurExternalChat())
      return { kind: 'group', chatId }
    }
    return { kind: 'nowhere' }
  } catch (error) {
    return { kind: 'refused', words: refusalOf(error) }
  }
}

/** A message in the shape `sendChatMessage` takes: `{msgtype: 'text', text: {content}}`, `{msgtype: 'news', news: {link, title}}` … */
export type ChatMessage = Parameters<typeof ww.sendChatMessage>[0]

/** Puts a message into the open chat. @throws Error with the reason, in Chinese */
export async function sendToChat(message: ChatMessage): Promise<void> {
  if (!isInWecom) throw new Error('请在企业微信的聊天侧边栏里发送')
  try {
    await register()
    await ww.sendChatMessage(message)
  } catch (error) {
    throw new Error(refusalOf(error))
  }
}

/** Begins to listen; what is said until `stop` comes back as text, recognised by WeCom. At most a minute. @throws Error, in Chinese */
export async function listen(): Promise<{ stop(): Promise<string> }> {
  try {
    await register()
    await ww.startRecord()
  } catch (error) {
    throw new Error(refusalOf(error))
  }
  return {
    async stop() {
      try {
        const { localId } = await ww.stopRecord()
        return (await ww.translateVoice({ localId, isShowProgressTips: true })).translateResult.trim()
      } catch (error) {
        throw new Error(refusalOf(error))
      }
    },
  }
}

function withPatience<T>(promise: Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('timeout')), patienceMs)
    promise.then(done, fail).finally(() => clearTimeout(timer))
  })
}

/** WeCom's words → what to do about it, in the order an administrator would look. */
const remedies: readonly [RegExp, string][] = [
  [/timeout/i, '企业微信没有应答，请关掉侧边栏再打开一次'],
  [/invalid.?url.?domain|domain/i, '可信域名没有设置或不一致：管理后台 → 本应用 → 网页授权及JS-SDK'],
  [/signature|40093|42012/i, '页面签名没有通过：请管理员检查应用的 Secret 和可信域名'],
  [/agentid/i, '应用编号不对：请管理员检查 WECOM_AGENT_ID'],
  [
    /no permission|permission/i,
    '没有权限：管理后台 → 客户联系 → API 里勾选本应用，并把您放进应用可见范围和客户联系的权限里',
  ],
  [/without context/i, '这个入口不是和客户的聊天，请从聊天工具栏打开'],
  [/not exist|not support/i, '企业微信版本太旧，请更新后再试'],
]

function refusalOf(error: unknown): string {
  const said = [(error as { errMsg?: string })?.errMsg, (error as Error)?.message].filter(Boolean).join(' ')
  const [, remedy] = remedies.find(([pattern]) => pattern.test(said)) ?? []
  return remedy ?? `企业微信拒绝了（${said || '没有说原因'}）`
}
