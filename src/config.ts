import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { projectRoot } from './root.ts'

/** Everything a running role knows about where it runs. */
export interface Config {
  port: number
  host: string
  /** Base of the app, without a slash at the end. */
  publicUrl: string
  /** Base of links put into customers' messages, without a slash at the end. */
  contentUrl: string
  dataDir: string
  databaseUrl: string
  redisUrl?: string
  wecom: WecomConfig
  sandbox: boolean
  sandboxUrl?: string
  /** WeCom userids. */
  admins: string[]
  apiToken?: string
  sessionSecret: string
  dataKey: Buffer
  /** What wrapped the database's keys before `dataKey`. */
  dataKeyOld?: Buffer
  playbookFile: string
  logLevel: string
  timeZone: string
  trustProxy: boolean
  /** The bot role's puppet: `wecom`, or the name of a hosted Wechaty puppet. */
  bot?: string
  /** An endpoint that speaks OpenAI's chat completions; absent: there is no language model. */
  model?: ModelConfig
  proxyUrl?: string
  /** Hosts not to be reached through the proxy, as in `NO_PROXY`. */
  noProxy?: string
}

export interface ModelConfig {
  /** Up to and without `/chat/completions`. */
  url: string
  key?: string
  name: string
  /** `private`: it stands in the operator's own network. */
  network: 'public' | 'private'
}

export interface WecomConfig {
  corpId: string
  agentId: number
  secret: string
  token: string
  aesKey: string
  tokenOld?: string
  aesKeyOld?: string
  apiUrl: string
  oauthUrl: string
  /** Where a browser outside WeCom shows a QR code; absent: it goes the same way as one inside. */
  loginUrl?: string
}

/** What is known before any part runs: without a database the embedded one will be started, without a corp the sandbox. */
export type LaunchConfig = Omit<Config, 'databaseUrl' | 'wecom'> & { databaseUrl?: string; wecom?: WecomConfig }

export type Environment = Record<string, string | undefined>

/** Every fault of the configuration at once. The program ends with exit code 78. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly { name: string; fault: string }[]) {
    super(
      `配置有 ${faults.length} 处需要修改 · ${faults.length} configuration fault${faults.length > 1 ? 's' : ''}:\n${faults
        .map(({ name, fault }) => `  ${name}：${fault}`)
        .join('\n')}`,
    )
    this.name = 'ConfigError'
  }
}

/** The process's environment, completed from `.env` beside package.json; what is really set wins. */
export function readEnvironment(): Environment {
  const file = join(projectRoot, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
  return { ...process.env }
}

/** `DATA_DIR` alone, for those who need it before, or without, the rest. */
export const dataDirOf = (env: Environment) => fromRoot(env.DATA_DIR?.trim() || './data')

/** For a role or a command: every part is there already. @throws ConfigError */
export function readConfig(env: Environment): Config {
  const { config, faults } = check(env)
  if (!env.DATABASE_URL && !faults.some(({ name }) => name === 'DATABASE_URL')) faults.push(need('DATABASE_URL'))
  if (!wecomNames.some((name) => env[name])) faults.push(...wecomNames.map(need))
  if (faults.length > 0 || !config) throw new ConfigError(faults)
  return config as Config
}

/** For the parent, which starts what is missing. Makes the secrets in `dataDir` when the database is ours. @throws ConfigError */
export function readLaunchConfig(env: Environment): LaunchConfig {
  const { config, faults } = check(env)
  if (faults.length > 0 || !config) throw new ConfigError(faults)
  return config
}

const filled = z.string().min(1)
const baseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
const key32 = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32)
const yesNo = z.enum(['on', 'off', 'true', 'false', 'yes', 'no', '1', '0'])

/** Name → what it must look like. The order is that of `.env.example`. */
export const variables = {
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(65535)),
  HOST: filled,
  PUBLIC_URL: baseUrl,
  CONTENT_URL: baseUrl,
  DATA_DIR: filled,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  WECOM_CORP_ID: z.string().regex(/^\S+$/),
  WECOM_AGENT_ID: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().positive()),
  WECOM_SECRET: z.string().regex(/^\S+$/),
  WECOM_TOKEN: z.string().regex(/^\S+$/),
  WECOM_AES_KEY: z.string().regex(/^[A-Za-z0-9+/]{43}=?$/),
  WECOM_TOKEN_OLD: z.string().regex(/^\S+$/),
  WECOM_AES_KEY_OLD: z.string().regex(/^[A-Za-z0-9+/]{43}=?$/),
  WECOM_API_URL: baseUrl,
  WECOM_OAUTH_URL: baseUrl,
  WECOM_LOGIN_URL: baseUrl,
  HTTPS_PROXY: z
    .string()
    .transform((text) => (text.includes('://') ? text : `http://${text}`))
    .pipe(z.url({ protocol: /^https?$/ })),
  NO_PROXY: filled,
  ADMINS: filled,
  API_TOKEN: filled,
  SESSION_SECRET: z.string().min(32),
  DATA_KEY: key32,
  DATA_KEY_OLD: key32,
  PLAYBOOK: filled,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  TZ_BUSINESS: z.string().refine(isTimeZone),
  TRUST_PROXY: yesNo,
  MODEL_URL: baseUrl,
  MODEL_KEY: filled,
  MODEL_NAME: filled,
  MODEL_NETWORK: z.enum(['public', 'private']),
  BOT: z.union([z.enum(['off', 'wecom']), z.string().regex(/^(@[a-z0-9-]+\/)?wechaty-puppet-[a-z0-9-]+$/)]),
}

type Name = keyof typeof variables
type Values = { [N in Name]?: z.output<(typeof variables)[N]> }

const wecomNames = [
  'WECOM_CORP_ID',
  'WECOM_AGENT_ID',
  'WECOM_SECRET',
  'WECOM_TOKEN',
  'WECOM_AES_KEY',
] as const satisfies readonly Name[]

const wecomHow = '企业微信管理后台'
const app = `${wecomHow} →「应用管理」→ 自建应用`
const aesHow = `43 位，见 ${app} →「接收消息」→「设置 API 接收」的 EncodingAESKey · 43 characters, the app's EncodingAESKey`
const tokenHow = `见 ${app} →「接收消息」→「设置 API 接收」的 Token · the app's callback Token`
const urlHow = '要写完整地址，例如 https://crm.example.com · a full http(s) address'

/** How to get a value. Said for a missing one and for a malformed one. */
const how: Record<Name, string> = {
  PORT: '写 1–65535 的整数，例如 PORT=3000 · a port number',
  HOST: '写监听地址，例如 127.0.0.1 或 0.0.0.0 · the address to listen on',
  PUBLIC_URL: urlHow,
  CONTENT_URL: urlHow,
  DATA_DIR: '写一个可写的目录，例如 ./data · a writable folder',
  DATABASE_URL: '写 PostgreSQL 15 以上的连接串，例如 postgres://用户:密码@主机:5432/bowtie · a PostgreSQL address',
  REDIS_URL: '写 Redis 连接串，例如 redis://主机:6379 · a Redis address',
  WECOM_CORP_ID: `见 ${wecomHow} →「我的企业」→「企业信息」最下方的企业 ID（ww 开头）· the corp id`,
  WECOM_AGENT_ID: `写数字，见 ${app} 页面的 AgentId · the app's AgentId, a number`,
  WECOM_SECRET: `见 ${app} 页面的 Secret · the app's Secret`,
  WECOM_TOKEN: tokenHow,
  WECOM_AES_KEY: aesHow,
  WECOM_TOKEN_OLD: `与 WECOM_AES_KEY_OLD 成对填写，轮换期间的旧 Token · set together with WECOM_AES_KEY_OLD while keys are rotated`,
  WECOM_AES_KEY_OLD: `43 位，与 WECOM_TOKEN_OLD 成对填写，轮换期间的旧 EncodingAESKey · 43 characters, set together with WECOM_TOKEN_OLD`,
  WECOM_API_URL: urlHow,
  WECOM_OAUTH_URL: urlHow,
  WECOM_LOGIN_URL: urlHow,
  HTTPS_PROXY: '写代理地址，例如 http://10.0.0.8:3128 · the proxy address',
  NO_PROXY: '写不走代理的主机，用逗号分隔 · hosts to reach directly',
  ADMINS: '写管理员的企业微信账号（userid），用逗号分隔 · WeCom userids, separated by commas',
  API_TOKEN: '写一段随机文字，例如 openssl rand -hex 32 的输出 · a random text',
  SESSION_SECRET:
    '至少 32 个字符，可用 openssl rand -base64 48 生成；若先前用内置数据库，沿用 DATA_DIR/session-secret 的内容 · at least 32 characters',
  DATA_KEY:
    '32 字节的 base64，可用 openssl rand -base64 32 生成；若先前用内置数据库，必须沿用 DATA_DIR/data-key 的内容 · 32 bytes in base64',
  DATA_KEY_OLD:
    '32 字节的 base64，更换 DATA_KEY 时原来的那一个 · 32 bytes in base64, the one it had before it is changed',
  PLAYBOOK: '写业务规则文件的路径，例如 templates/playbook.yaml · path of the playbook file',
  LOG_LEVEL: '可选 trace、debug、info、warn、error、fatal、silent · one of these',
  TZ_BUSINESS: '写时区名，例如 Asia/Shanghai · an IANA time zone',
  TRUST_PROXY: '写 on 或 off · on or off',
  MODEL_URL: '写到 /v1 为止的地址，例如 https://api.example.com/v1 · the address up to /v1',
  MODEL_KEY: '大模型服务的密钥 · the key of the model service',
  MODEL_NAME: '大模型的名字，和 MODEL_URL 成对填写 · the name of the model, set together with MODEL_URL',
  MODEL_NETWORK: '写 public，自己内网里的大模型写 private · public, or private for a model in your own network',
  BOT: '写 off、wecom，或托管机器人的包名 wechaty-puppet-… · off, wecom, or the name of a hosted puppet’s package',
}

const need = (name: Name) => ({ name, fault: `缺少，missing。${how[name]}` })

function check(env: Environment): { config?: LaunchConfig; faults: { name: string; fault: string }[] } {
  const faults: { name: string; fault: string }[] = []
  const values: Record<string, unknown> = {}
  const given = wecomNames.filter((name) => env[name]?.trim())
  // BOWTIE_SANDBOX is set by the parent for its children, never by an operator: WECOM_* then lead to the sandbox.
  const sandbox = env.BOWTIE_SANDBOX === '1' || given.length === 0
  for (const [name, schema] of Object.entries(variables) as [Name, z.ZodType][]) {
    const text = (env[name] ?? (name.endsWith('_PROXY') ? env[name.toLowerCase()] : undefined))?.trim()
    // The sandbox is on this machine: a newcomer's own proxy must not keep him out.
    if (!text || (sandbox && name.endsWith('_PROXY'))) continue
    const parsed = schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else faults.push({ name, fault: `值不对，malformed。${how[name]}` })
  }
  const v = values as Values
  if (given.length > 0) for (const name of wecomNames) if (!env[name]?.trim()) faults.push(need(name))
  const [oldToken, oldKey] = [env.WECOM_TOKEN_OLD?.trim(), env.WECOM_AES_KEY_OLD?.trim()]
  if (oldKey && !oldToken) faults.push(need('WECOM_TOKEN_OLD'))
  if (oldToken && !oldKey) faults.push(need('WECOM_AES_KEY_OLD'))
  if (v.MODEL_URL && !v.MODEL_NAME) faults.push(need('MODEL_NAME'))
  if (env.DATABASE_URL?.trim())
    for (const name of ['SESSION_SECRET', 'DATA_KEY'] as const) if (!env[name]?.trim()) faults.push(need(name))
  if (v.PLAYBOOK && !existsSync(fromRoot(v.PLAYBOOK)))
    faults.push({ name: 'PLAYBOOK', fault: `找不到文件 ${fromRoot(v.PLAYBOOK)}，no such file。${how.PLAYBOOK}` })
  const dataDir = dataDirOf(env)
  if (faults.length > 0) return { faults }

  let sessionSecret = v.SESSION_SECRET
  let dataKey = v.DATA_KEY
  try {
    sessionSecret ??= keep(dataDir, 'session-secret', () => randomBytes(48).toString('base64'))
    dataKey ??= Buffer.from(
      keep(dataDir, 'data-key', () => randomBytes(32).toString('base64')),
      'base64',
    )
    if (dataKey.length !== 32) throw new Error(`${dataDir}/data-key`)
  } catch (error) {
    return {
      faults: [{ name: 'DATA_DIR', fault: `无法读写（${(error as Error).message}），cannot be used。${how.DATA_DIR}` }],
    }
  }

  const port = v.PORT ?? 3000
  const publicUrl = v.PUBLIC_URL ?? `http://127.0.0.1:${port}`
  return {
    faults,
    config: {
      port,
      host: v.HOST ?? (sandbox ? '127.0.0.1' : '0.0.0.0'),
      publicUrl,
      contentUrl: v.CONTENT_URL ?? publicUrl,
      dataDir,
      databaseUrl: v.DATABASE_URL,
      redisUrl: v.REDIS_URL,
      wecom: given.length === 0 ? undefined : wecomOf(v),
      sandbox,
      sandboxUrl: env.BOWTIE_SANDBOX_URL || undefined,
      admins: v.ADMINS?.split(/[,，\s]+/).filter(Boolean) ?? [],
      apiToken: v.API_TOKEN,
      sessionSecret,
      dataKey,
      dataKeyOld: v.DATA_KEY_OLD,
      playbookFile: fromRoot(v.PLAYBOOK ?? 'templates/playbook.yaml'),
      logLevel: v.LOG_LEVEL ?? 'info',
      timeZone: v.TZ_BUSINESS ?? 'Asia/Shanghai',
      trustProxy: ['on', 'true', 'yes', '1'].includes(v.TRUST_PROXY ?? 'off'),
      bot: v.BOT === 'off' ? undefined : v.BOT,
      model:
        v.MODEL_URL && v.MODEL_NAME
          ? { url: v.MODEL_URL, key: v.MODEL_KEY, name: v.MODEL_NAME, network: v.MODEL_NETWORK ?? 'public' }
          : undefined,
      proxyUrl: v.HTTPS_PROXY,
      noProxy: v.NO_PROXY,
    },
  }
}

const wecomOf = (v: Values): WecomConfig => ({
  corpId: v.WECOM_CORP_ID as string,
  agentId: v.WECOM_AGENT_ID as number,
  secret: v.WECOM_SECRET as string,
  token: v.WECOM_TOKEN as string,
  aesKey: v.WECOM_AES_KEY as string,
  tokenOld: v.WECOM_TOKEN_OLD,
  aesKeyOld: v.WECOM_AES_KEY_OLD,
  apiUrl: v.WECOM_API_URL ?? 'https://qyapi.weixin.qq.com',
  oauthUrl: v.WECOM_OAUTH_URL ?? 'https://open.weixin.qq.com/connect/oauth2/authorize',
  // A sandbox or a private deployment has a door of its own; WeCom's public one would not know its people.
  loginUrl:
    v.WECOM_LOGIN_URL ??
    (v.WECOM_OAUTH_URL === undefined ? 'https://login.work.weixin.qq.com/wwlogin/sso/login' : undefined),
})

/** Made once, whole or not at all; whoever loses the race reads the winner's. */
function keep(dataDir: string, name: string, make: () => string): string {
  const file = join(dataDir, name)
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true })
    const whole = `${file}.${process.pid}`
    writeFileSync(whole, `${make()}\n`, { mode: 0o600 })
    try {
      linkSync(whole, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(whole)
    }
  }
  return readFileSync(file, 'utf8').trim()
}

const fromRoot = (path: string) => resolve(projectRoot, path)

function isTimeZone(name: string) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}
