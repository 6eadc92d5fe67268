import { createHash } from 'node:crypto'
import { pick, type Random, seededRandom, weighted } from './random.ts'
import { type SampleBehaviour, type SampleStep, type StoryKind, story, storyKinds } from './sample-stories.ts'
import {
  brands,
  campaigns,
  cities,
  givenNames,
  industries,
  needs,
  nicknames,
  otherIndustries,
  surnames,
  titles,
} from './sample-words.ts'

export type SampleChannel = keyof typeof campaigns

/** One believable person of the sample company's past year. Plain data; the same in every run but for the dates. */
export interface SampleLead {
  /** Null while he came by a form and has not become anybody's WeCom friend. */
  externalUserId: string | null
  unionid: string | null
  name: string
  /** What WeChat shows. */
  nickname: string
  gender: 1 | 2
  company: string
  title: string
  industry: string
  /** Province and city, e.g. 浙江宁波. */
  region: string
  /** Employees. */
  size: number
  mobile: string | null
  source: { channel: SampleChannel; campaign: string; state: string | null }
  /** First one first. */
  friends: { userid: string; addWay: number; state: string | null; at: Date; deletedByCustomer: boolean }[]
  tags: { group: '行业' | '职位' | '需求' | '来源'; name: string }[]
  stage: string
  desk: string
  owner: string | null
  recycleCount: number
  /** Legal moves of the default playbook, oldest first; the first is the intake. */
  history: SampleStep[]
  /** Oldest first. */
  behaviours: SampleBehaviour[]
  createdAt: Date
}

const mdrs = ['WangMin', 'ZhaoQian'] as const
const reps = ['LiLei', 'HanMeimei', 'ZhangWei', 'LiuYang'] as const
const addWays: Record<SampleChannel, number> = { live_code: 1, form: 1, event: 1, content: 3, referral: 3, import: 2 }
const sourceTags: Record<SampleChannel, string> = {
  live_code: '渠道活码',
  form: '官网表单',
  event: '展会',
  content: '内容转发',
  referral: '老客户转介绍',
  import: '导入',
}

/** Some 300 leads in every stage, in the proportions of a living funnel. */
export function sampleLeads(now: Date): SampleLead[] {
  const random = seededRandom(7_2026)
  const companies = new Set<string>()
  return storyKinds.flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => lead(random, now, kind, index, companies)),
  )
}

function lead(random: Random, now: Date, kind: StoryKind, index: number, companies: Set<string>): SampleLead {
  const bad = kind === 'disqualified' && random() < 0.6
  const [industry, company, region] = companyOf(random, bad, companies)
  const gender = random() < 0.68 ? 1 : 2
  const name = pick(random, [...surnames]) + pick(random, givenNames[gender])
  const [titleTag, , titleNames] = weighted(
    random,
    titles.map((title) => [title, title[1]] as const),
  )
  const title = bad && random() < 0.4 ? pick(random, ['应届毕业生', '业务员', '求职者']) : pick(random, titleNames)
  const size =
    weighted(random, [
      [30, 12],
      [60, 16],
      [90, 16],
      [130, 22],
      [220, 18],
      [380, 10],
      [650, 6],
    ] as const) + Math.floor(random() * 20)
  const mdr = pick(random, mdrs)
  const rep = pick(random, reps)
  const told = story(random, now, kind, index, { mdr, rep })
  const campaign = pick(random, campaigns[told.channel])
  const state =
    told.channel === 'live_code' || told.channel === 'event'
      ? `old-${createHash('md5').update(campaign).digest('hex').slice(0, 6)}`
      : null
  const alone = told.channel === 'form' && ['fresh', 'review', 'put-back'].includes(kind) && index % 2 === 0
  const serial = createHash('sha256').update(`${kind}/${index}`).digest('base64').replace(/[+/=]/g, '')
  const friends: SampleLead['friends'] = []
  const befriend = (userid: string, at: Date, addWay: number, of: string | null = null) =>
    friends.push({ userid, addWay, state: of, at, deletedByCustomer: false })
  if (!alone) {
    befriend(mdr, told.createdAt, addWays[told.channel], state)
    if (told.acceptedAt) befriend(rep, told.acceptedAt, 1, 'old-handover')
    if (told.wonAt) befriend('ZhouTao', told.wonAt, 201)
    const last = friends[friends.length - 1]
    if (last && (kind === 'churned' || kind === 'disqualified') && random() < 0.3) last.deletedByCustomer = true
  }
  const tagged = random() < 0.62
  const tags: SampleLead['tags'] = [{ group: '来源', name: sourceTags[told.channel] }]
  if (tagged && !bad) tags.push({ group: '行业', name: industry }, { group: '职位', name: titleTag })
  if (tagged && random() < 0.6) tags.push({ group: '需求', name: pick(random, needs) })
  const place = told.history[told.history.length - 1]
  return {
    externalUserId: alone ? null : `wmQxAAAA${serial.slice(0, 24)}`,
    unionid: !alone && random() < 0.5 ? `oQxA${serial.slice(8, 32)}` : null,
    name,
    nickname: nicknameOf(random, name, company, title),
    gender,
    company,
    title,
    industry,
    region,
    size,
    mobile:
      alone || random() < 0.4
        ? `1${pick(random, ['38', '39', '58', '86', '77'])}${String(Math.floor(random() * 1e8)).padStart(8, '0')}`
        : null,
    source: { channel: told.channel, campaign, state },
    friends,
    tags,
    stage: place?.stage ?? 'MAL',
    desk: place?.desk ?? 'nurture',
    owner: told.owner,
    recycleCount: told.history.filter(({ edge }) => edge === 'return' || edge === 'stale' || edge === 'reactivate')
      .length,
    history: told.history,
    behaviours: told.behaviours,
    createdAt: told.createdAt,
  }
}

function companyOf(
  random: Random,
  bad: boolean,
  taken: Set<string>,
): [industry: string, company: string, region: string] {
  const [province, city] = weighted(
    random,
    cities.map((item) => [item, item[2]] as const),
  )
  for (;;) {
    const brand = pick(random, brands.first) + pick(random, brands.second)
    const [industry, , trades] = weighted(
      random,
      industries.map((item) => [item, item[1]] as const),
    )
    const trade = bad ? pick(random, otherIndustries) : pick(random, trades)
    const company = `${city}${brand}${trade}有限公司`
    if (taken.has(company)) continue
    taken.add(company)
    return [bad ? trade : industry, company, `${province}${city}`]
  }
}

function nicknameOf(random: Random, name: string, company: string, title: string): string {
  const surname = [...name][0] ?? ''
  const short = company.slice(0, 4)
  return weighted(random, [
    [name, 26],
    [`${short}-${name}`, 14],
    [`${surname}工`, 8],
    [`${surname}总`, title.includes('总') || title === '董事长' ? 12 : 1],
    [`A${short.slice(2)}${surname}`, 6],
    [pick(random, nicknames), 34],
  ])
}
