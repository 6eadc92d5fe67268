import { fail, ok, type Patient, type Step, warn } from './doctor-step.ts'
import { createMenu, getMenu, type MenuButton, setAppSettings } from './menu.ts'

const app = '管理后台 → 应用管理 → 应用 → 自建 → 本应用'

/** What people open inside WeCom: trusted domain, sidebar, menu and home page, login. */
export const pageSteps: readonly Step[] = [
  {
    id: 'trusted-domain',
    title: '可信域名',
    needs: 'trusted-ip',
    async run(patient) {
      const { config, verifyFiles } = patient
      const wanted = new URL(config.publicUrl).host
      const set = patient.app?.redirect_domain ?? ''
      const form = `${app} → 网页授权及JS-SDK → 设置可信域名：填 ${wanted}（端口也要一致），点「申请校验域名」下载 WW_verify_….txt，放进 ${config.dataDir}/verify/，再回来点「确定」。`
      const missing = await unserved(patient)
      if (missing.length > 0)
        return fail(
          `校验文件 ${missing.join('、')} 从 ${config.publicUrl} 下载不到。请确认反向代理把根路径也转发给本服务。`,
        )
      if (set.replace(/^https?:\/\//, '').replace(/\/$/, '') !== wanted) {
        if (config.sandbox) return ok(`沙盒不要求可信域名（现为 ${set || '空'}）。`)
        return fail(`可信域名现为「${set || '空'}」，应为「${wanted}」。${form}`)
      }
      const content = new URL(config.contentUrl).host
      if (content !== wanted)
        return warn(
          `可信域名已是 ${wanted}。内容链接用的是 ${content}：它不在可信域名上，客户打开时认不出是谁，只能匿名统计。`,
        )
      return ok(`可信域名已是 ${wanted}${verifyFiles.length > 0 ? '，校验文件可以下载' : ''}。`)
    },
  },
  {
    id: 'chat-toolbar',
    title: '聊天侧边栏',
    needs: 'trusted-ip',
    async run({ wecom, config }) {
      await wecom.ticket('corp')
      await wecom.ticket('agent')
      if (config.sandbox) return ok('JS-SDK 票据可用；沙盒里的侧边栏无需设置。')
      return warn(
        `JS-SDK 票据可用。侧边栏在这里配：管理后台 → 客户与上下游 → 聊天工具 → 聊天工具栏管理 → 配置应用页面，选择本应用，页面地址填 ${config.publicUrl}/sidebar。`,
      )
    },
  },
  {
    id: 'menu',
    title: '应用菜单与主页',
    needs: 'trusted-ip',
    async run(patient) {
      const { wecom, config } = patient
      const said = [await ensureMenu(patient)]
      const home = `${config.publicUrl}/console`
      if (!patient.app?.home_url?.startsWith(config.publicUrl)) {
        try {
          await setAppSettings(wecom, { home_url: home, isreportenter: 1 })
          said.push(`应用主页已设为 ${home}。`)
        } catch {
          return warn(`${said.join('')}应用主页没有设成。请手动设置：${app} → 应用主页，填 ${home}。`)
        }
      } else said.push('应用主页已指向本系统。')
      return ok(said.join(''))
    },
  },
  {
    id: 'login',
    title: '扫码登录',
    async run({ config }) {
      const { host } = new URL(config.publicUrl)
      if (config.sandbox) return ok('沙盒里直接选人登录，无需设置。')
      return warn(
        `是否已配置，接口看不到，请自行确认：${app} → 企业微信授权登录 → Web网页 → 设置授权回调域，填 ${host}。未设置时，电脑浏览器不能扫码登录控制台，但在企业微信里打开不受影响。`,
      )
    },
  },
]

/** Files of DATA_DIR/verify that cannot be fetched from outside. */
async function unserved({ wecom, config, verifyFiles }: Patient): Promise<string[]> {
  const missing: string[] = []
  for (const file of verifyFiles) {
    const answer = await wecom.look(new URL(`/${file}`, config.publicUrl).href).catch(() => undefined)
    if (answer?.status !== 200) missing.push(file)
  }
  return missing
}

/** Makes our menu where there is none; somebody else's is left alone. */
async function ensureMenu({ wecom, config }: Patient): Promise<string> {
  const wanted: MenuButton[] = [
    { type: 'view', name: '工作台', url: `${config.publicUrl}/console` },
    { type: 'click', name: '我的线索', key: '我的线索' },
    { type: 'click', name: '帮助', key: '帮助' },
  ]
  const names = (await getMenu(wecom)).map(({ name }) => name)
  const expected = wanted.map(({ name }) => name)
  if (names.join() === expected.join()) return '菜单已就绪。'
  if (names.length > 0) return `应用已有自己的菜单（${names.join('、')}），没有改动。`
  await createMenu(wecom, wanted)
  return `已创建菜单：${expected.join('、')}。`
}
