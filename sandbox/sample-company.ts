import { createHash } from 'node:crypto'
import { type SampleLead, sampleLeads } from './sample-leads.ts'
import { needs } from './sample-words.ts'
import { emptyWorld, type Staff, type World } from './world.ts'

const people: [userid: string, name: string, position: string, department: number, gender: 1 | 2, leader?: boolean][] =
  [
    ['WangMin', '王敏', 'MDR', 2, 2],
    ['ZhaoQian', '赵倩', 'MDR', 2, 2],
    ['LiLei', '李雷', '销售经理', 3, 1],
    ['HanMeimei', '韩梅梅', '销售经理', 3, 2],
    ['ZhangWei', '张伟', '高级销售经理', 3, 1],
    ['LiuYang', '刘洋', '销售经理', 3, 1],
    ['ChenJing', '陈静', '销售总监', 3, 2, true],
    ['ZhouTao', '周涛', '客户成功经理', 4, 1],
    ['SunLi', '孙丽', '系统管理员', 5, 2],
  ]

/** What the marketing department made in the console years ago; apps may wear these tags, not change them. */
const consoleTags: [group: string, tags: readonly string[]][] = [
  ['行业', ['装备制造', '汽车零部件', '电子电器', '模具注塑', '纺织服装', '化工新材料', '食品包装']],
  ['职位', ['高层', '采购', '信息化', '生产', '品质', '财务']],
  ['需求', needs],
  ['来源', ['渠道活码', '展会', '官网表单', '内容转发', '老客户转介绍', '导入']],
]

/** 云帆智造软件（宁波）有限公司: SaaS for manufacturers. Every name is invented. */
export function sampleCompany(corpId: string, now: Date, url: string, withCustomers: boolean): World {
  const world = emptyWorld(corpId)
  const avatar = (name: string) => `${url}/avatar/${encodeURIComponent(name)}.svg`
  world.corp.name = '云帆智造软件（宁波）有限公司'
  world.departments = [
    { id: 1, name: '云帆智造', parentid: 0, order: 100 },
    { id: 2, name: '市场部', parentid: 1, order: 90 },
    { id: 3, name: '销售部', parentid: 1, order: 80 },
    { id: 4, name: '客户成功部', parentid: 1, order: 70 },
    { id: 5, name: '信息部', parentid: 1, order: 60 },
  ]
  world.staff = people.map(
    ([userid, name, position, department, gender, leader], index): Staff => ({
      userid,
      name,
      position,
      departments: [department],
      gender,
      leader,
      mobile: `1380000${1001 + index}`,
      email: `${userid.toLowerCase()}@yunfan.example`,
      active: true,
      realNamed: true,
      inScope: true,
      follows: true,
    }),
  )
  world.kf.accounts = [
    { open_kfid: 'wkQxAAAAyunfanpresales00000001', name: '云帆售前客服', servicers: ['WangMin', 'ZhaoQian'] },
    { open_kfid: 'wkQxAAAAyunfansupport000000002', name: '云帆售后客服', servicers: ['ZhouTao'] },
  ].map((account) => ({ ...account, avatar: avatar(account.name), log: [] }))
  if (!withCustomers) return world
  const yearAgo = now.getTime() - 400 * 86_400_000
  const id = (of: string) => `etQxAAAA${createHash('sha1').update(`${corpId}/${of}`).digest('hex').slice(0, 26)}`
  world.tagGroups = consoleTags.map(([name, tags], index) => ({
    id: id(name),
    name,
    createdAt: yearAgo,
    order: 40 - index,
    madeBy: 'console',
    tags: tags.map((tag, place) => ({
      id: id(`${name}/${tag}`),
      name: tag,
      createdAt: yearAgo,
      order: tags.length - place,
      madeBy: 'console',
    })),
  }))
  for (const lead of sampleLeads(now)) if (lead.externalUserId) place(world, lead, lead.externalUserId, id, avatar)
  world.relations.sort((a, b) => a.createdAt - b.createdAt)
  world.chat.sort((a, b) => a.at - b.at)
  return world
}

function place(
  world: World,
  lead: SampleLead,
  externalUserId: string,
  tagId: (of: string) => string,
  avatar: (name: string) => string,
) {
  world.customers[externalUserId] = {
    external_userid: externalUserId,
    name: lead.nickname,
    avatar: avatar(lead.nickname),
    type: 1,
    gender: lead.gender,
    unionid: lead.unionid ?? undefined,
    about: `${lead.name} · ${lead.company.slice(0, -4)} ${lead.title}`,
    createdAt: lead.createdAt.getTime(),
  }
  for (const [index, friend] of lead.friends.entries()) {
    const at = friend.at.getTime()
    world.relations.push({
      userid: friend.userid,
      external_userid: externalUserId,
      createdAt: at,
      addWay: friend.addWay,
      state: friend.state ?? undefined,
      operUserid: externalUserId,
      // Whoever works with somebody for long writes down who he is.
      remark: lead.tags.length > 1 ? `${lead.name} ${lead.title}`.slice(0, 20) : lead.nickname,
      description: '',
      remarkCompany: lead.tags.length > 1 ? lead.company.slice(0, 20) : undefined,
      remarkMobiles: lead.mobile && index > 0 ? [lead.mobile] : [],
      tagIds: index === 0 ? lead.tags.map(({ group, name }) => tagId(`${group}/${name}`)) : [],
      personalTags: [],
      deletedByCustomer: friend.deletedByCustomer ? at + 86_400_000 : undefined,
      visibleFrom: at,
      talkedAt: at + 120_000,
      customerTalkedAt: at + 180_000,
    })
    const says = (from: 'staff' | 'customer', text: string, after: number) =>
      world.chat.push({
        id: `s${world.chat.length}`,
        at: at + after,
        peer: friend.userid,
        external_userid: externalUserId,
        from,
        via: 'hand',
        text,
      })
    const title = people.find(([userid]) => userid === friend.userid)
    says('staff', `您好，我是云帆智造的${title?.[2] ?? ''}${title?.[1] ?? ''}，很高兴认识您。`, 60_000)
    says('customer', index === 0 ? '你好，先了解一下。' : '好的，资料发我看看。', 180_000)
  }
}
