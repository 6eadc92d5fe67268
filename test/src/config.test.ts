import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError, type Environment, readConfig, readLaunchConfig, variables } from '../../src/config.ts'
import { projectRoot } from '../../src/root.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => {
  chmodSync(dir, 0o700)
  rmSync(dir, { recursive: true })
})

const corp = {
  WECOM_CORP_ID: 'ww1234567890abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: 'the-secret-of-the-app',
  WECOM_TOKEN: 'the-token',
  WECOM_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
}
const database = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/bowtie',
  SESSION_SECRET: 's'.repeat(32),
  DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
}

function faultsOf(read: () => unknown): Record<string, string> {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.faults.map(({ name, fault }) => [name, fault]))
    throw error
  }
  return {}
}
const launch = (env: Environment) => readLaunchConfig({ DATA_DIR: dir, ...env })

test('nothing has to be set: embedded database, sandbox, loopback, and the defaults of the contract', () => {
  expect(launch({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:3000',
    contentUrl: 'http://127.0.0.1:3000',
    dataDir: dir,
    databaseUrl: undefined,
    wecom: undefined,
    sandbox: true,
    admins: [],
    playbookFile: join(projectRoot, 'templates/playbook.yaml'),
    logLevel: 'info',
    timeZone: 'Asia/Shanghai',
    trustProxy: false,
  })
})

test('a real corp listens on every address and speaks to the real WeCom', () => {
  const config = launch({ ...corp, PORT: '8080', PUBLIC_URL: 'https://crm.example.com/' })
  expect(config).toMatchObject({ sandbox: false, host: '0.0.0.0', publicUrl: 'https://crm.example.com' })
  expect(config.wecom).toEqual({
    corpId: corp.WECOM_CORP_ID,
    agentId: 1000002,
    secret: corp.WECOM_SECRET,
    token: corp.WECOM_TOKEN,
    aesKey: corp.WECOM_AES_KEY,
    apiUrl: 'https://qyapi.weixin.qq.com',
    oauthUrl: 'https://open.weixin.qq.com/connect/oauth2/authorize',
    loginUrl: 'https://login.work.weixin.qq.com/wwlogin/sso/login',
  })
})

test('every fault is named at once, each with how to get a value', () => {
  const faults = faultsOf(() =>
    launch({
      PORT: '70000',
      PUBLIC_URL: 'crm.example.com',
      DATABASE_URL: 'mysql://x',
      WECOM_CORP_ID: 'ww1',
      WECOM_AES_KEY: 'short',
      TZ_BUSINESS: 'Mars/Olympus',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'perhaps',
      PLAYBOOK: 'nowhere.yaml',
    }),
  )
  expect(Object.keys(faults).sort()).toEqual(
    [
      ...[
        'PORT',
        'PUBLIC_URL',
        'DATABASE_URL',
        'SESSION_SECRET',
        'DATA_KEY',
        'TZ_BUSINESS',
        'LOG_LEVEL',
        'TRUST_PROXY',
      ],
      ...['WECOM_AGENT_ID', 'WECOM_SECRET', 'WECOM_TOKEN', 'WECOM_AES_KEY', 'PLAYBOOK'],
    ].sort(),
  )
  expect(faults.WECOM_SECRET).toMatch(/管理后台.*Secret/)
  expect(faults.DATA_KEY).toMatch(/openssl rand -base64 32/)
})

test('a partial set of WECOM_* is refused with exactly the missing names', () => {
  const faults = faultsOf(() => launch({ WECOM_CORP_ID: corp.WECOM_CORP_ID, WECOM_TOKEN: 't' }))
  expect(Object.keys(faults)).toEqual(['WECOM_AGENT_ID', 'WECOM_SECRET', 'WECOM_AES_KEY'])
})

test('the old keys come in pairs', () => {
  expect(Object.keys(faultsOf(() => launch({ ...corp, WECOM_TOKEN_OLD: 'x' })))).toEqual(['WECOM_AES_KEY_OLD'])
  expect(Object.keys(faultsOf(() => launch({ ...corp, WECOM_AES_KEY_OLD: corp.WECOM_AES_KEY })))).toEqual([
    'WECOM_TOKEN_OLD',
  ])
})

test('no fault shows a secret', () => {
  const env = {
    ...corp,
    ...database,
    WECOM_AES_KEY: 'secret-one!',
    DATA_KEY: 'secret-two',
    SESSION_SECRET: 'secret-three',
  }
  const words = Object.values(faultsOf(() => launch(env))).join()
  expect(words).toContain('EncodingAESKey')
  expect(words).not.toMatch(/secret-(one|two|three)/)
})

test('secrets are made once, readable by nobody else, and the same at every start', () => {
  const first = launch({})
  expect(first.sessionSecret.length).toBeGreaterThanOrEqual(32)
  expect(first.dataKey).toHaveLength(32)
  expect(launch({})).toEqual(first)
  for (const name of ['session-secret', 'data-key']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
})

test('with an outside database nothing is generated: two machines would differ', () => {
  expect(Object.keys(faultsOf(() => launch({ DATABASE_URL: database.DATABASE_URL })))).toEqual([
    'SESSION_SECRET',
    'DATA_KEY',
  ])
})

test('a role does not run without its database and its corp', () => {
  expect(Object.keys(faultsOf(() => readConfig({ DATA_DIR: dir })))).toEqual(['DATABASE_URL', ...Object.keys(corp)])
  expect(readConfig({ DATA_DIR: dir, ...corp, ...database })).toMatchObject({
    databaseUrl: database.DATABASE_URL,
    sandbox: false,
  })
})

test('children of a sandbox launch know that they are in one', () => {
  const env = { ...corp, ...database, BOWTIE_SANDBOX: '1', BOWTIE_SANDBOX_URL: 'http://127.0.0.1:3001', DATA_DIR: dir }
  expect(readConfig(env)).toMatchObject({ sandbox: true, sandboxUrl: 'http://127.0.0.1:3001', host: '127.0.0.1' })
})

test('an empty value is no value', () => {
  expect(launch({ PORT: '', WECOM_CORP_ID: ' ', ADMINS: '' })).toMatchObject({ port: 3000, sandbox: true, admins: [] })
})

test('people write lists and proxies as they are used to', () => {
  expect(launch({ ...corp, ADMINS: 'SunLi，ChenJing, LiLei', https_proxy: '10.0.0.8:3128' })).toMatchObject({
    admins: ['SunLi', 'ChenJing', 'LiLei'],
    proxyUrl: 'http://10.0.0.8:3128',
  })
  expect(launch({ https_proxy: 'socks5://127.0.0.1:1080' }).proxyUrl).toBeUndefined()
})

test('.env.example names every variable, and nothing else', () => {
  const named = readFileSync(join(projectRoot, '.env.example'), 'utf8').matchAll(/^#?([A-Z_]+)=/gm)
  expect(Array.from(named, ([, name]) => name).sort()).toEqual(Object.keys(variables).sort())
})
