import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import type { Operator } from '../playbook/condition.ts'
import { type FieldType, fields, operatorsOf } from './fields.ts'

interface Choice {
  value: string
  label: string
}

/** Everything a builder of conditions may offer. */
export interface Choices {
  fields: {
    name: string
    label: string
    type: FieldType
    operators: { op: Operator; label: string }[]
    values: Choice[] | null
  }[]
  tags: { group: string; name: string }[]
  events: Choice[]
  contents: { id: string; title: string; kind: string }[]
  journeys: Choice[]
}

const operatorLabels: Readonly<Record<Operator, string>> = {
  '=': '等于',
  '!=': '不等于',
  '>': '大于',
  '>=': '不小于',
  '<': '小于',
  '<=': '不大于',
  in: '是其中之一',
  notIn: '不是其中任何一个',
  contains: '包含',
  exists: '有值',
  within: '在最近',
  olderThan: '早于',
  inNext: '在未来',
}
const timeLabels: Partial<Record<Operator, string>> = {
  '>': '晚于',
  '>=': '不早于',
  '<': '早于',
  '<=': '不晚于',
  olderThan: '距今超过',
}

/** The allow-list with words for people, and the values there are. */
export async function readChoices(house: Pick<House, 'db' | 'playbook'>): Promise<Choices> {
  const { playbook } = await house.playbook.current()
  const { db } = house
  const named = (list: Readonly<Record<string, { name?: string }>>) =>
    Object.entries(list).map(([value, { name }]) => ({ value, label: name ?? value }))
  const { grades } = playbook.score
  const letters = [...grades.fit.map(({ id }) => id), grades.fitRest]
  const digits = [...grades.intent.map(({ id }) => id), grades.intentRest]
  const stages = named(playbook.stages)
  const owners = await db.query<Choice>(
    "SELECT userid AS value, coalesce(nullif(name, ''), userid) AS label FROM staff WHERE active ORDER BY userid LIMIT 500",
  )
  const values: Record<string, Choice[]> = {
    stage: stages,
    desk: Object.entries(playbook.desks).map(([value, label]) => ({ value, label })),
    owner: owners,
    'account.stage': stages,
    'account.owner': owners,
    'account.role': playbook.accounts.roles.map(({ id, name }) => ({ value: id, label: name })),
    marketing: [
      { value: 'default', label: '未表态' },
      { value: 'granted', label: '已同意' },
      { value: 'denied', label: '已退订' },
    ],
    'score.grade': letters.flatMap((letter) =>
      digits.map((digit) => ({ value: letter + digit, label: letter + digit })),
    ),
  }
  const known = Object.entries(fields).map(([name, { label, type }]) => ({
    name,
    label,
    type,
    values: values[name] ?? null,
  }))
  const told = (await attributeNames(db)).map((name) => ({
    name: `attributes.${name}`,
    label: name,
    type: 'text' as const,
    values: null,
  }))
  return {
    fields: [...known, ...told].map((field) => ({
      ...field,
      operators: operatorsOf(field.name).map((op) => ({
        op,
        label: (field.type === 'time' ? timeLabels[op] : undefined) ?? operatorLabels[op],
      })),
    })),
    tags: await db.query(
      'SELECT g.name AS "group", t.name FROM tags t JOIN tag_groups g ON g.id = t.group_id WHERE t.deleted_at IS NULL AND g.deleted_at IS NULL ORDER BY 1, 2 LIMIT 2000',
    ),
    events: Object.entries(playbook.score.events).map(([value, { name }]) => ({ value, label: name || value })),
    contents: await db.query('SELECT id, title, kind FROM content WHERE current ORDER BY title, id LIMIT 1000'),
    journeys: await db.query(
      'SELECT id AS value, name AS label FROM journeys WHERE current ORDER BY name, id LIMIT 500',
    ),
  }
}

/** Attributes the newest leads have; there may be others, which can be asked for as well. */
const attributeNames = async (sql: Sql): Promise<string[]> =>
  (
    await sql.query<{ name: string }>(
      `SELECT DISTINCT name FROM (SELECT attributes FROM leads ORDER BY created_at DESC LIMIT 1000) l, jsonb_object_keys(l.attributes) AS name
       WHERE length(name) <= 60 ORDER BY 1 LIMIT 200`,
    )
  )
    .map(({ name }) => name)
    .filter((name) => /^[\p{L}\p{N}_-]+$/u.test(name))
