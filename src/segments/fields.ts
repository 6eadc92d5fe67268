import { isAttributeName, type Operator } from '../playbook/condition.ts'

export type FieldType = 'text' | 'choice' | 'number' | 'time'

/** A field segments may ask about. A new one is one entry here, and its name in `leadFields` or `accountFields`. */
export interface Field {
  /** For people. */
  label: string
  type: FieldType
  /** Its value in SQL: of the lead `l`, its score `i`, its place `w` in its company, the company `c`. */
  sql: string
  /** What must be joined for it. */
  join?: Join
  /** What changes it, as `segment_wants` says. */
  want: string
}
export type Join = 'score' | 'account'

const column = (label: string, type: FieldType, name: string): Field => ({
  label,
  type,
  sql: `l.${name}`,
  want: `lead:${name}`,
})
const score = (label: string, type: FieldType, sql: string): Field => ({
  label,
  type,
  sql,
  join: 'score',
  want: 'score',
})
/** Of the company that speaks for the lead's; `name` is the column the database's marks go by. */
const account = (label: string, type: FieldType, name: string, sql = `c.${name}`): Field => ({
  label: `公司${label}`,
  type,
  sql,
  join: 'account',
  want: `account:${name}`,
})
const source = (label: string, part: string): Record<string, Field> => {
  const of = (when: string, sql: string, want: string): Field => ({
    label: `${when}${label}`,
    type: 'text',
    sql: `${sql} ->> '${part}'`,
    want: `lead:${want}`,
  })
  return {
    // A first source never comes after a last one, so that the last tells of both.
    [`source.${part}`]: of('最近', 'coalesce(l.last_source, l.first_source)', 'last_source'),
    [`source.first.${part}`]: of('首次', 'l.first_source', 'first_source'),
    [`source.last.${part}`]: of('末次', 'l.last_source', 'last_source'),
  }
}

/** The allow-list: nothing else of a condition ever becomes part of a statement, and values only as parameters. */
export const fields: Readonly<Record<string, Field>> = {
  name: column('姓名', 'text', 'name'),
  company: column('公司', 'text', 'company'),
  title: column('职位', 'text', 'title'),
  industry: column('行业', 'text', 'industry'),
  region: column('地区', 'text', 'region'),
  size: column('规模', 'text', 'size'),
  stage: column('阶段', 'choice', 'stage'),
  desk: column('工位', 'choice', 'desk'),
  owner: column('负责人', 'choice', 'owner'),
  marketing: column('营销许可', 'choice', 'marketing'),
  recycleCount: column('退回次数', 'number', 'recycle_count'),
  createdAt: column('成为线索的时间', 'time', 'created_at'),
  updatedAt: column('资料更新时间', 'time', 'updated_at'),
  stageAt: column('进入当前阶段的时间', 'time', 'stage_at'),
  coolUntil: column('冷却到期', 'time', 'cool_until'),
  'score.fit': score('契合度', 'number', 'i.fit'),
  'score.intent': score('意向分', 'number', 'i.shown'),
  'score.total': score('总分', 'number', 'i.total'),
  'score.grade': score('等级', 'choice', 'i.grade'),
  ...source('来源方式', 'kind'),
  ...source('来源渠道', 'channel'),
  ...source('来源活动', 'campaign'),
  'account.name': account('名称', 'text', 'name'),
  'account.stage': account('阶段', 'choice', 'stage'),
  'account.score': account('得分', 'number', 'score'),
  'account.people': account('人数', 'number', 'people'),
  'account.activePeople': account('活跃人数', 'number', 'active_people'),
  'account.surgeAt': account('开始升温的时间', 'time', 'surge_at'),
  'account.owner': account('负责人', 'choice', 'owner'),
  'account.role': { ...account('里的角色', 'choice', 'role', 'w.role'), label: '在公司里的角色' },
  'account.openOpportunities': account('进行中商机数', 'number', 'open_opportunities'),
  'account.openAmount': account('进行中商机金额（元）', 'number', 'open_amount', 'c.open_amount::float8 / 100'),
}

const compare: readonly Operator[] = ['=', '!=', '>', '>=', '<', '<=', 'in', 'notIn', 'exists']
/** What may be asked of a field of a type. */
export const operators: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['contains', '=', '!=', 'in', 'notIn', 'exists', '>', '>=', '<', '<='],
  choice: ['=', '!=', 'in', 'notIn', 'exists'],
  number: compare,
  time: ['within', 'olderThan', 'inNext', '>', '>=', '<', '<=', 'exists'],
}

/** Times that are found by an index, so that what leaves a window is found without looking at everybody. */
const followed = new Set(['createdAt', 'stageAt', 'coolUntil'])
export const operatorsOf = (name: string): readonly Operator[] => {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (!field) return operators.text
  const isRelative = (op: Operator) => op === 'within' || op === 'olderThan' || op === 'inNext'
  return operators[field.type].filter((op) => followed.has(name) || !isRelative(op))
}

export const isAttribute = (name: string): boolean => !Object.hasOwn(fields, name) && isAttributeName(name)
