/** What the parts of a playbook are called, by the path with `*` for names and places in a list. The nearest that fits counts. */
const names: Record<string, string> = {
  company: '公司',
  stageTagGroup: '阶段标签组',
  stages: '阶段',
  desks: '工位',
  edges: '流转',
  verdicts: '审核结论',
  reasons: '原因',
  hours: '工作时间',
  'hours.work': '上班时间',
  'hours.quiet': '客户免打扰',
  'hours.quietNotices': '同事免打扰',
  'hours.quietUrgent': '急事也不打扰同事',
  'hours.holidays': '节假日',
  caps: '打扰上限',
  'caps.person': '每位客户',
  'caps.account': '同一家公司',
  groupSend: '群发',
  'groupSend.window': '攒多久发一次',
  'groupSend.expires': '多久没人确认就作废',
  'groupSend.remindAfter': '多久提醒一次',
  'groupSend.maxReminders': '最多提醒几次',
  consent: '营销许可',
  'consent.default': '没有表过态的客户',
  redLine: '红线词',
  review: '审核门槛',
  'review.channels': '直接进审核的来源',
  'review.threshold': '意向达到',
  'review.badFit': '契合度差到这里就不进',
  'review.lease': '领取后多久放回',
  'review.undo': '结论可撤销多久',
  sla: '时限',
  'sla.handRaise': '举手线索的审核',
  'sla.review': '审核',
  'sla.accept': '接单',
  'sla.firstContact': '首次联系',
  'sla.followUp': '跟进',
  'sla.followUp.remind': '提醒负责人',
  'sla.followUp.manager': '提醒主管',
  'sla.followUp.recycle': '放回培育',
  'sla.maxOffers': '最多派几次',
  score: '评分',
  'score.halfLife': '半衰期',
  'score.events': '行为',
  'score.events.*.weight': '分值',
  'score.events.*.cap': '一天最多算',
  'score.events.*.handRaise': '算举手',
  'score.events.*.alert': '提醒负责人',
  'score.fit': '契合度',
  'score.fit.*.unknown': '不知道时',
  'score.fit.*.otherwise': '都不符合时',
  'score.grades': '等级',
  routing: '派单',
  'routing.friendFirst': '微信好友优先',
  'routing.capacity': '默认在手上限',
  'routing.newPerDay': '每天新接上限',
  'routing.areas': '大区',
  'routing.rules': '规则',
  'routing.rules.*.when': '条件',
  'routing.rules.*.pool': '派给谁',
  'routing.rules.*.pool.roles': '角色',
  'routing.rules.*.pool.teams': '团队',
  'routing.rules.*.pool.staff': '名单',
  'routing.rules.*.pool.matchRegion': '区域相符',
  'routing.rules.*.pool.matchIndustry': '行业相符',
  'routing.fallback': '无人可派时通知',
  transfer: '在职继承',
  channels: '通道',
  pages: '客户页面',
  alerts: '在读提醒',
  priorities: '优先级',
  qualification: '资格',
  tagGroups: '标签组',
  '*.name': '名称',
  '*.label': '名称',
  '*.coolDown': '歇多久',
  '*.asksDate': '问客户说的时间',
  '*.options': '选项',
  '*.reasons': '原因表',
  '*.points': '分值',
  '*.match': '词',
  '*.atLeast': '至少',
  '*.from': '从',
  '*.to': '到',
  '*.by': '谁可以',
  '*.on': '用于',
  '*.keepOwner': '负责人不变',
  '*.recycle': '计一次回流',
  '*.closed': '已关闭',
  '*.half': '哪一翼',
  '*.tag': '标签',
  '*.tags': '标签',
  '*.exclusive': '只戴一枚',
  '*.day': '24 小时',
  '*.week': '7 天',
  '*.month': '30 天',
}

/** A step on the way to a value: its key, and what the thing there calls itself. */
export interface Step {
  key: string
  named?: string | undefined
}

/** Where something stands, as a marketer would say it: 评分 › 行为 › 看价格页 › 分值. */
export function sayPath(steps: readonly Step[]): string {
  const keys = steps.map(({ key }) => key)
  return steps
    .map(({ key, named }, index) => named ?? nameOf(keys.slice(0, index + 1)) ?? key)
    .filter((word) => word !== '')
    .join(' › ')
}

function nameOf(keys: readonly string[]): string | undefined {
  const last = keys.at(-1) ?? ''
  const exact = Object.hasOwn(names, keys.join('.')) ? names[keys.join('.')] : undefined
  if (exact !== undefined) return exact
  const pattern = Object.keys(names).find((name) => {
    const parts = name.split('.')
    return parts.length === keys.length && parts.every((part, index) => part === '*' || part === keys[index])
  })
  return pattern !== undefined ? names[pattern] : keys.length > 1 ? names[`*.${last}`] : undefined
}
