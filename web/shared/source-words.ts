/** Where people come from, by the kind that the record keeps. */
export const sourcesInChinese: Record<string, string> = {
  live_code: '渠道活码',
  wecom: '企业微信',
  api: '接口',
  form: '网页表单',
  import: '导入',
  kf: '微信客服',
  join: '扫码加入',
  handover: '同事介绍',
  event: '活动',
  sync: '首次同步',
  group: '客户群',
}

export const sourcesInEnglish: Record<string, string> = {
  live_code: 'Live code',
  wecom: 'WeCom',
  api: 'API',
  form: 'Web form',
  import: 'Import',
  kf: 'Customer service',
  join: 'Joined by QR code',
  handover: 'Introduced',
  event: 'Event',
  sync: 'First sync',
  group: 'Group chat',
}
