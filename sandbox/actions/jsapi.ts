import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Fields, text } from '../fields.ts'
import { friends, relationOf, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import { action, Impossible } from './definition.ts'

const inputs = {
  userid: z.string(),
  /** Which door of the client the page was opened by. */
  entry: z.enum(['single_chat_tools', 'group_chat_tools', 'contact_profile', 'normal']),
  customer: z.string().optional(),
  chatId: z.string().optional(),
  /** The page as the browser shows it, without its fragment. */
  url: z.string(),
  name: z.string().max(60),
  params: z.record(z.string(), z.unknown()).default({}),
}
type Input = z.output<z.ZodObject<typeof inputs>>

/** Which calls a page was let do, by member and page; a reload asks again. */
const grants = new WeakMap<Wecom, Map<string, Set<string>>>()

/**
 * The client's side of the JS-SDK: what `WeixinJSBridge.invoke` of a page inside WeCom answers. Signatures are checked as the
 * client checks them, with the corp's ticket for config and the app's for agentConfig. (WeCom docs 90514, 94313, 94315–94319.)
 */
export const jsapiActions = {
  jsapi: action(z.object(inputs), (wecom, input) => {
    const member = staffOf(wecom, input.userid)
    if (!member || member.leftAt) throw new Impossible('没有这位成员')
    const faulty = wecom.faults.jsapi.find((fault) => fault.name === input.name)
    if (faulty) return fail(input.name, faulty.words)
    const call = Object.hasOwn(calls, input.name) ? calls[input.name] : undefined
    if (!call) return fail(input.name, 'fail function not exist')
    if (call.granted && !grantsOf(wecom).get(pageOf(input))?.has(input.name))
      return fail(input.name, 'fail no permission')
    return call.run(wecom, input)
  }),
}

interface Call {
  /** Only after agentConfig named it. */
  granted: boolean
  run(wecom: Wecom, input: Input): Record<string, unknown>
}

const calls: Record<string, Call> = {
  preVerifyJSAPI: {
    granted: false,
    run(wecom, { name, params, url }) {
      const { verifyAppId, verifyTimestamp, verifyNonceStr, verifySignature } = params
      if (verifyAppId !== wecom.settings.corpId) return fail(name, 'fail invalid appid')
      const good = isSigned(wecom, 'corp', url, verifyTimestamp, verifyNonceStr, verifySignature)
      return good ? fine(name) : fail(name, 'fail invalid signature')
    },
  },
  agentConfig: {
    granted: false,
    run(wecom, input) {
      const { name, params, url } = input
      if (params.corpid !== wecom.settings.corpId || params.agentid !== String(wecom.settings.agentId))
        return fail(name, 'fail, invalid agentid')
      if (!isSigned(wecom, 'agent', url, params.timestamp, params.nonceStr, params.signature))
        return fail(name, 'fail, invalid signature(40093)')
      const asked = Array.isArray(params.jsApiList) ? params.jsApiList.filter((item) => typeof item === 'string') : []
      grantsOf(wecom).set(pageOf(input), new Set(asked))
      return fine(name)
    },
  },
  checkJsApi: {
    granted: false,
    run: (_, { name, params }) =>
      fine(name, {
        checkResult: Object.fromEntries(
          (Array.isArray(params.jsApiList) ? params.jsApiList : []).map((item) => [
            String(item),
            Object.hasOwn(calls, String(item)),
          ]),
        ),
      }),
  },
  getContext: { granted: true, run: (_, { name, entry }) => fine(name, { entry, shareTicket: '' }) },
  getCurExternalContact: {
    granted: true,
    run(wecom, { name, entry, userid, customer }) {
      if (entry !== 'single_chat_tools' && entry !== 'contact_profile')
        return fail(name, 'fail without context of external contact')
      if (!customer || !relationOf(wecom, userid, customer))
        return fail(name, 'fail without context of external contact')
      if (!staffOf(wecom, userid)?.inScope) return fail(name, 'fail no permission')
      return fine(name, { userId: customer })
    },
  },
  getCurExternalChat: {
    granted: true,
    run: (_, { name, entry, chatId }) =>
      entry === 'group_chat_tools' && chatId
        ? fine(name, { chatId })
        : fail(name, 'fail without context of external contact'),
  },
  sendChatMessage: { granted: true, run: sendChatMessage },
  startRecord: { granted: true, run: (_, { name }) => fine(name) },
  stopRecord: { granted: true, run: (_, { name }) => fine(name, { localId: 'wxLocalResource://voice-1' }) },
  translateVoice: {
    granted: true,
    run: (_, { name, params }) =>
      typeof params.localId === 'string' && params.localId !== ''
        ? fine(name, { translateResult: spoken })
        : fail(name, 'fail invalid localId'),
  },
  openEnterpriseChat: { granted: true, run: (_, { name }) => fine(name) },
  openUserProfile: { granted: true, run: (_, { name }) => fine(name) },
}

/** Nobody speaks into a sandbox: this is what its recogniser hears, always. */
const spoken = '客户说预算下周批下来，先要一份报价单。'

/** Puts a message into the open chat as the member's own. (WeCom doc 94354.) */
function sendChatMessage(wecom: Wecom, { name, entry, userid, customer, chatId, params }: Input) {
  const { msgtype } = params
  if (entry === 'group_chat_tools') return chatId ? fine(name) : fail(name, 'fail without context of external contact')
  if (entry !== 'single_chat_tools' || !customer) return fail(name, 'fail without context of external contact')
  if (!friends(relationOf(wecom, userid, customer))) return fail(name, 'fail no permission')
  if (typeof msgtype !== 'string' || !kinds.has(msgtype)) return fail(name, 'fail invalid msgtype')
  const content = params[msgtype]
  if (typeof content !== 'object' || content === null) return fail(name, `fail invalid ${msgtype}`)
  const said = { peer: userid, external_userid: customer, from: 'staff', via: 'tool' } as const
  if (msgtype === 'text') {
    const words = text(content as Fields, 'content')
    if (!words || words.length > 4000) return fail(name, 'fail invalid text')
    wecom.say({ ...said, text: words })
  } else if (msgtype === 'news') {
    const { link, title, desc, imgUrl } = content as Fields
    if (typeof link !== 'string' || !/^https?:\/\//.test(link)) return fail(name, 'fail invalid link')
    if (typeof title !== 'string' || title === '') return fail(name, 'fail invalid title')
    wecom.say({ ...said, attachments: [{ msgtype: 'link', link: { title, url: link, desc, picurl: imgUrl } }] })
  } else wecom.say({ ...said, attachments: [{ msgtype, [msgtype]: fromClient(content as Fields) }] })
  const relation = relationOf(wecom, userid, customer)
  if (relation) relation.talkedAt = wecom.now()
  return fine(name)
}

const kinds = new Set(['text', 'image', 'video', 'file', 'news', 'miniprogram'])

/** The client spells media ids without the underscore. */
function fromClient({ mediaid, ...rest }: Fields): Fields {
  return mediaid === undefined ? rest : { media_id: mediaid, ...rest }
}

function isSigned(wecom: Wecom, kind: 'corp' | 'agent', url: string, ...[timestamp, nonce, signature]: unknown[]) {
  const held = wecom.world.tickets[kind]
  if (!held || held.until < wecom.now()) return false
  const whole = `jsapi_ticket=${held.ticket}&noncestr=${String(nonce)}&timestamp=${String(timestamp)}&url=${url.split('#')[0]}`
  return signature === createHash('sha1').update(whole).digest('hex')
}

const pageOf = ({ userid, url }: Input) => `${userid.toLowerCase()} ${url.split('#')[0]}`

function grantsOf(wecom: Wecom) {
  const held = grants.get(wecom) ?? new Map<string, Set<string>>()
  grants.set(wecom, held)
  return held
}

const fine = (name: string, more: Record<string, unknown> = {}) => ({ err_msg: `${name}:ok`, err_code: 0, ...more })
const fail = (name: string, words: string) => ({ err_msg: `${name}:${words}`, err_code: -1 })
