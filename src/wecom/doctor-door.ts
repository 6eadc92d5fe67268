import { randomBytes } from 'node:crypto'
import { sealEnvelope } from './crypto.ts'
import { fail, ok, type Patient, type Step, warn } from './doctor-step.ts'
import { getAppSettings } from './menu.ts'

const app = '管理后台 → 应用管理 → 应用 → 自建 → 本应用'

/** Configuration, callback URL, trusted IP: without these nothing else can be seen. */
export const doorSteps: readonly Step[] = [
  {
    id: 'config',
    title: '配置',
    async run({ config }) {
      const { corpId, agentId } = config.wecom
      const where = `企业 ${corpId}，应用 ${agentId}，对外地址 ${config.publicUrl}。`
      if (config.sandbox) return ok(`${where}\n现在连的是本机的沙盒企业微信；设置全部 WECOM_* 后改连真实企业。`)
      const { protocol, hostname } = new URL(config.publicUrl)
      if (/^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(hostname))
        return fail(
          `${where}\n企业微信访问不到这个地址。请把 PUBLIC_URL 设为公网可访问、已备案且与企业主体一致的域名。`,
        )
      if (protocol !== 'https:')
        return warn(`${where}\n网页授权与 JS-SDK 需要 https。请给域名配置证书，并把 PUBLIC_URL 改为 https://…`)
      return ok(where)
    },
  },
  {
    id: 'callback',
    title: '回调 URL',
    async run(patient) {
      const { callbackUrl, config, heard } = patient
      const form = `${app} → 接收消息 → 设置API接收：URL 填 ${callbackUrl}，Token 与 EncodingAESKey 填 WECOM_TOKEN、WECOM_AES_KEY 的值，勾选需要的事件后保存。`
      const answer = await knock(patient)
      if (answer === undefined)
        return fail(`访问不到 ${callbackUrl}。请确认服务正在运行，域名解析与反向代理指向它，并且没有登录页拦在前面。`)
      if (answer.status === 403)
        return fail('运行中的服务不认这里的 WECOM_TOKEN。请确认它和本命令用的是同一份配置，改过之后要重启服务。')
      if (answer.status !== 200 || answer.body !== answer.expected)
        return fail(
          `URL 验证没有通过（HTTP ${answer.status}）。请确认反向代理原样转发查询参数与响应，且 WECOM_AES_KEY、WECOM_CORP_ID 与服务一致。`,
        )
      if (heard.any) return ok(`验证通过，最近一次收到企业微信的事件：${shown(heard.any)}。`)
      if (config.sandbox) return ok('验证通过。')
      return warn(`地址本身已验证通过，但还没有收到过企业微信的事件。${form}`)
    },
  },
  {
    id: 'trusted-ip',
    title: '凭证与企业可信 IP',
    async run(patient) {
      patient.app = await getAppSettings(patient.wecom)
      if (patient.app.close === 1) return fail(`应用已停用。${app} → 启用。`)
      return ok(`Secret、AgentId 与本机 IP 都被接受，应用名：${patient.app.name ?? '（未命名）'}。`)
    },
  },
]

/** Does what WeCom does when the form is saved: a sealed echostr, to be answered in plain text. */
async function knock({ wecom, config, clock, callbackUrl }: Patient) {
  const expected = randomBytes(8).readBigUInt64BE().toString()
  const sealed = sealEnvelope(config.wecom, config.wecom.corpId, expected, {
    timestamp: Math.floor(clock.now().getTime() / 1000),
    nonce: randomBytes(6).toString('hex'),
  })
  const query = new URLSearchParams({
    msg_signature: sealed.signature,
    timestamp: sealed.timestamp,
    nonce: sealed.nonce,
    echostr: sealed.encrypt,
  })
  try {
    return { ...(await wecom.look(`${callbackUrl}?${query}`)), expected }
  } catch {
    // Nobody there, or nobody who speaks HTTP: the same thing to do.
    return undefined
  }
}

/** A time as people in China read it. */
function shown(at: Date): string {
  return at.toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false })
}
