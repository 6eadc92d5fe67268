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

/** 云帆智造软件（宁波）有限公司: SaaS for manufacturers. Every name is invented. */
export function sampleCompany(corpId: string, now: Date, url: string, _withCustomers: boolean): World {
  const world = emptyWorld(corpId)
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
      mobile: `1380000${String(1001 + index)}`,
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
  ].map((account) => ({ ...account, avatar: `${url}/avatar/${encodeURIComponent(account.name)}.svg`, log: [] }))
  void now
  return world
}
