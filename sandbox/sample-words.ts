/** Words the sample company's people are made of. All persons and companies that come out of them are invented. */

export const surnames =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤'

const male =
  '伟 强 磊 军 勇 杰 涛 明 超 辉 鹏 斌 波 刚 健 峰 亮 凯 浩 建国 志强 文斌 海涛 国庆 建华 永刚 俊杰 晓东 立新 卫东 振华 宏伟 家豪 子轩 宇航 思远 建平 志远 国栋 海波'
const female =
  '芳 娜 敏 静 丽 艳 娟 霞 燕 玲 英 雪 梅 慧 洁 婷 桂英 秀兰 晓燕 海燕 丽华 春梅 佳怡 雨桐 欣怡 思琪 慧敏 美玲 婷婷 雅琴 淑珍 文静 晓丹 佩华 红霞 晓玲'
export const givenNames = { 1: male.split(' '), 2: female.split(' ') } as const

export const nicknames = [
  '海阔天空',
  '平安是福',
  '静水流深',
  '向阳而生',
  '一路向前',
  '知足常乐',
  '老周在路上',
  '小马哥',
  '云淡风轻',
  '追风的人',
  'Kevin',
  'Lily',
  'Jason',
  'Vivian',
  'Tony',
  '勤能补拙',
  '诚信赢天下',
  '东方红',
  '阿杰',
  '雨后彩虹',
  '厚德载物',
  '甬江边的风',
  '山不在高',
  '小确幸',
  '咖啡不加糖',
  '上善若水',
  '从头再来',
  '风雨同舟',
] as const

export const cities: readonly (readonly [province: string, city: string, weight: number])[] = [
  ['浙江', '宁波', 60],
  ['浙江', '杭州', 22],
  ['浙江', '温州', 22],
  ['浙江', '台州', 24],
  ['浙江', '嘉兴', 16],
  ['浙江', '绍兴', 16],
  ['江苏', '苏州', 34],
  ['江苏', '无锡', 24],
  ['江苏', '常州', 16],
  ['江苏', '南京', 10],
  ['广东', '东莞', 24],
  ['广东', '佛山', 20],
  ['广东', '深圳', 18],
  ['广东', '中山', 8],
  ['安徽', '合肥', 6],
]

const [brandFirst, brandSecond] = [
  '恒盛鼎瑞华金永泰信立博凯佳德宏嘉力科天精锦昌旭亿铭',
  '达隆兴源通邦创成美诚丰锐腾润辰泽远盈硕联祥益驰晟奥',
]
export const brands = { first: [...(brandFirst ?? '')], second: [...(brandSecond ?? '')] }

/** Our industry tags, with what such companies call themselves. */
export const industries: readonly (readonly [tag: string, weight: number, trades: readonly string[]])[] = [
  ['装备制造', 24, ['机械', '智能装备', '数控机床', '液压科技', '传动设备', '自动化设备']],
  ['汽车零部件', 24, ['汽车零部件', '汽配', '汽车电子', '车灯', '制动系统']],
  ['电子电器', 18, ['电子', '电器', '电气', '光电', '连接器']],
  ['模具注塑', 20, ['模具', '精密模具', '塑业', '注塑', '橡塑']],
  ['纺织服装', 8, ['纺织', '针织', '服饰']],
  ['化工新材料', 8, ['新材料', '涂料', '化工', '胶粘剂']],
  ['食品包装', 6, ['食品', '包装', '纸业']],
]

export const otherIndustries = ['职业培训', '餐饮管理', '房产中介', '广告传媒'] as const

export const titles: readonly (readonly [tag: string, weight: number, names: readonly string[]])[] = [
  ['高层', 20, ['总经理', '副总经理', '董事长', '厂长', '运营总监']],
  ['采购', 16, ['采购总监', '采购经理', '采购主管', '供应链经理']],
  ['信息化', 24, ['信息化经理', 'IT 主管', '信息部部长', '数字化负责人', 'IT 工程师']],
  ['生产', 24, ['生产部长', '生产经理', '计划主管', '车间主任', 'PMC 经理']],
  ['品质', 8, ['品质经理', '质量部长', '品质主管']],
  ['财务', 8, ['财务总监', '财务经理', '成本会计']],
]

export const needs = ['降本', '提效', '交期', '质量追溯', '系统集成', '库存', '试用'] as const

/** Pieces people read; a seeder may match them to content by name. */
export const pieces = [
  '宁波精工：三个月把询价到报价从 5 天缩到 1 天',
  '汽配厂的交期之痛：一张看板少开 40% 的会',
  '模具企业上 MES 之前要想清楚的七件事',
  '车间数据采集选型指南（2026 版）',
  '注塑车间换模时间从 90 分钟到 35 分钟',
  '制造业降本三十条：从工单开始',
  '质量追溯怎样做到批次到人',
  '小批量多品种工厂的排产实践',
  'ERP 与 MES 如何分工',
  '一家 200 人电器厂的库存周转实录',
] as const

export const campaigns = {
  live_code: ['宁波机床展 2026', '公众号菜单', '产品包装扫码', '苏州智造峰会', '官网悬浮窗'],
  form: ['选型指南白皮书', '预约演示', '免费试用', '官网留言'],
  event: ['智能工厂开放日', '线上研讨会：车间透明化', '华东制造业沙龙'],
  content: ['同事分享', '朋友圈转发', '群里看到'],
  referral: ['老客户推荐', '合作伙伴推荐'],
  import: ['2025 展会名单', '老系统迁移'],
} as const
