/** What a column of a file or a field of a form can mean. */
export const formFields = [
  'name',
  'company',
  'title',
  'industry',
  'region',
  'size',
  'mobile',
  'email',
  'externalUserId',
  'unionid',
  'openid',
  'custom',
  'channel',
  'campaign',
  'tags',
  'need',
  'consent',
] as const
export type FormField = (typeof formFields)[number]

/**
 * What people call it, in Chinese and English, in files and in the forms of ad platforms. Compared without case, spaces,
 * punctuation and what stands in brackets.
 */
const names: Record<FormField, string> = {
  name: 'name 姓名 名字 客户姓名 联系人 联系人姓名 称呼 fullname username contact contactname 您的姓名',
  company: 'company 公司 公司名 公司名称 企业 企业名称 单位 单位名称 客户公司 organization companyname 所在公司',
  title: 'title 职位 职务 岗位 jobtitle position job',
  industry: 'industry 行业 所属行业 所在行业',
  region: 'region 地区 省份 省 城市 省市 区域 所在地 所在地区 city province location',
  size: 'size 规模 公司规模 企业规模 人数 员工人数 员工规模 companysize employees',
  mobile:
    'mobile 手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 tel telephone phone phonenumber mobilephone cellphone',
  email: 'email mail 邮箱 邮件 电子邮箱 电子邮件 邮箱地址 emailaddress',
  externalUserId: 'externaluserid 外部联系人id 外部联系人 企业微信id',
  unionid: 'unionid',
  openid: 'openid',
  custom: 'custom 编号 客户编号 线索编号 customid crmid leadid customerid',
  channel: 'channel 渠道 来源 来源渠道 线索来源 source utmsource',
  campaign: 'campaign 活动 市场活动 推广计划 广告计划 utmcampaign',
  tags: 'tags tag 标签',
  need: 'need needs 需求 感兴趣 关注点 咨询内容 interest',
  consent: 'consent 同意 是否同意 同意接收 接收营销 是否接收营销 营销同意 授权 optin subscribe',
}

const known = new Map(
  formFields.flatMap((field) => names[field].split(' ').map((name) => [plain(name), field] as const)),
)

/** Says what a heading means, or null. */
export const fieldOf = (heading: string): FormField | null => known.get(plain(heading)) ?? null

function plain(heading: string): string {
  return heading
    .replace(/[（(【[].*?[）)】\]]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}
