import { listFollowUsers } from './contacts.ts'
import { listDepartments, listMembers } from './directory.ts'
import { fail, ok, type Patient, type Step, warn } from './doctor-step.ts'
import { explainErrcode } from './errcodes.ts'
import { isErrcode } from './failure.ts'
import { listKfAccounts } from './kf.ts'
import { chinaDay } from './tally.ts'

const contactApi = '管理后台 → 客户与上下游 → 客户联系 → 客户 → API'

/** What concerns customers: permission, scope, 客服, other apps, and how much of today's budget is used. */
export const customerSteps: readonly Step[] = [
  {
    id: 'customer-api',
    title: '可调用接口的应用与变更回调',
    needs: 'trusted-ip',
    async run({ wecom, heard, config }) {
      const form = `${contactApi} →「可调用接口的应用」勾选本应用；同一页打开「外部联系人变更回调」。`
      try {
        await listFollowUsers(wecom)
      } catch (failure) {
        if (isErrcode(failure, 48002, 48004, 48006)) return fail(`本应用还不能读取客户。${form}`)
        throw failure
      }
      if (heard.customer) return ok('可以读取客户，也收得到客户变更事件。')
      if (config.sandbox) return ok('可以读取客户。')
      return warn(
        `可以读取客户，但还没有收到过客户变更事件，开关是否打开接口看不到。${form}然后让任意一位成员添加一位客户试一下，再运行本命令。`,
      )
    },
  },
  {
    id: 'scope',
    title: '可见范围',
    needs: 'customer-api',
    async run(patient) {
      const members = await visibleMembers(patient)
      const following = await listFollowUsers(patient.wecom)
      const form =
        '管理后台 → 应用管理 → 应用 → 自建 → 本应用 → 可见范围，加入所有跟进客户的成员（审核、销售、客户成功、主管）。'
      if (following.length === 0)
        return fail(
          `可见范围内有 ${members} 名成员，但没有人开通客户联系。${form}并在 管理后台 → 客户与上下游 → 客户联系 → 权限配置 → 使用范围 中加入他们。`,
        )
      return ok(
        `可见范围内有 ${members} 名成员，其中 ${following.length} 人可以跟进客户。不在范围内的成员，他们的客户本系统看不到；如有遗漏：${form}`,
      )
    },
  },
  {
    id: 'kf',
    title: '微信客服',
    needs: 'trusted-ip',
    async run({ wecom }) {
      const form =
        '管理后台 → 应用管理 → 微信客服 → API →「可调用接口的应用」勾选本应用，并在「通过API管理微信客服账号」中选择账号。'
      try {
        const accounts = await listKfAccounts(wecom)
        if (accounts.length === 0) return warn(`还没有可用的客服账号。不用微信客服可以忽略；要用：${form}`)
        const closed = accounts.filter((account) => account.manage_privilege === false).map(({ name }) => name)
        if (closed.length > 0)
          return warn(`客服账号「${closed.join('」「')}」没有授权给本应用管理，不能由本系统回复。${form}`)
        return ok(`可用的客服账号：${accounts.map(({ name }) => name).join('、')}。`)
      } catch (failure) {
        if (isErrcode(failure, 48002, 48004, 48007, 95011, 95012)) return warn(`不用微信客服可以忽略；要用：${form}`)
        throw failure
      }
    },
  },
  {
    id: 'welcome',
    title: '欢迎语会不会被别处抢走',
    async run({ db, clock }) {
      const since = chinaDay(new Date(clock.now().getTime() - 7 * 86_400_000))
      const [row] = await db.query<{ sent: number; lost: number }>(
        `SELECT coalesce(sum(calls) FILTER (WHERE errcode = 0), 0)::int AS sent,
                coalesce(sum(calls) FILTER (WHERE errcode IN (41051, 41096)), 0)::int AS lost
         FROM wecom_calls WHERE api = 'externalcontact/send_welcome_msg' AND day >= $1`,
        [since],
      )
      const { sent = 0, lost = 0 } = row ?? {}
      const form =
        '请检查两处：① 管理后台 → 客户与上下游 → 客户联系 → 客户 → 聊天工具 → 欢迎语，若给成员配置了欢迎语，企业微信就不再把欢迎语凭证给任何应用，请删除或移出这些成员；② 管理后台 → 应用管理，其他能读取客户的应用（如别的 SCRM）若也发欢迎语，谁先发算谁的，请只留一个。'
      if (lost > 0) return warn(`最近 7 天发出欢迎语 ${sent} 次，另有 ${lost} 次已被别处抢先。${form}`)
      if (sent > 0) return ok(`最近 7 天发出欢迎语 ${sent} 次，没有被抢先。`)
      return warn(`还没有发过欢迎语。其他应用和后台欢迎语接口看不到，${form}`)
    },
  },
  {
    id: 'budget',
    title: '今日接口用量',
    async run({ wecom, db, clock }) {
      await wecom.flush()
      const rows = await db.query<{ api: string; calls: number; failed: number; closed: number; worst: number | null }>(
        `SELECT api, sum(calls)::int AS calls, coalesce(sum(calls) FILTER (WHERE errcode <> 0), 0)::int AS failed,
                coalesce(sum(calls) FILTER (WHERE errcode = 45009), 0)::int AS closed,
                (array_agg(errcode ORDER BY calls DESC) FILTER (WHERE errcode > 0))[1] AS worst
         FROM wecom_calls WHERE day = $1 GROUP BY api ORDER BY 2 DESC, 1`,
        [chinaDay(clock.now())],
      )
      const total = rows.reduce((sum, { calls }) => sum + calls, 0)
      const lines = rows.slice(0, 8).map(({ api, calls, failed, worst }) => {
        const why = worst === null ? '' : `，最多的是 ${worst}：${explainErrcode(worst).meaning}`
        return `  ${api}：${calls} 次${failed > 0 ? `，其中 ${failed} 次未成功${why}` : ''}`
      })
      const text = [`今天共调用 ${total} 次；每个接口的上限是每分钟 10,000 次、每小时 150,000 次。`, ...lines].join(
        '\n',
      )
      return rows.some(({ closed }) => closed > 0) ? warn(`${text}\n今天有接口触发过频率限制（45009）。`) : ok(text)
    },
  },
]

/** People in the app's scope: named ones and those of its departments, each once. */
async function visibleMembers({ wecom, app }: Patient): Promise<number> {
  const people = new Set((app?.allow_userinfos?.user ?? []).map(({ userid }) => userid.toLowerCase()))
  for (const { id } of (await listDepartments(wecom)).slice(0, 200))
    for (const { userid } of await listMembers(wecom, id)) people.add(userid.toLowerCase())
  return people.size
}
