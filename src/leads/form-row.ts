import { hash } from 'node:crypto'
import { type FormField, formFields } from './form-fields.ts'
import { type IdentityValue, normalIdentity } from './identities.ts'
import type { Arrival } from './open.ts'

/** Where each value goes: a field, an attribute under its own name, or nowhere (null). */
export type Columns = readonly ({ field: FormField } | { attribute: string } | null)[]

/** A row as a lead's arrival, but for who, when and whence. */
export interface FormRow {
  identities: IdentityValue[]
  fields: NonNullable<Arrival['fields']>
  channel: string | null
  campaign: string | null
  tags: { group: string; name: string }[]
  consent: boolean | null
  /** The same content, whatever the order of its columns, has the same hash. */
  hash: string
}

const identityFields = ['externalUserId', 'unionid', 'mobile', 'email', 'openid', 'custom'] as const
const plainFields = ['name', 'company', 'title', 'industry', 'region', 'size'] as const
const longest: Partial<Record<FormField, number>> = { name: 100, company: 200, need: 500, tags: 500 }
const mostAttributes = 50
const longestAttribute = 2000

/** Which tag group a kind of value belongs to, where it does not say so itself. */
export interface GroupNames {
  need: string
  tags: string
}

/**
 * Reads one row of a file or one form. Cells that are empty say nothing.
 * @returns the row, or in Chinese why it cannot be a lead
 */
export function readFormRow(cells: readonly string[], columns: Columns, groups: GroupNames): FormRow | string {
  const values: Partial<Record<FormField, string>> = {}
  const attributes: Record<string, string> = {}
  for (const [index, column] of columns.entries()) {
    const value = clean(cells[index] ?? '')
    if (!column || value === '') continue
    if ('attribute' in column) {
      if (Object.keys(attributes).length < mostAttributes)
        attributes[column.attribute] = value.slice(0, longestAttribute)
    } else {
      const most = longest[column.field] ?? 254
      if (value.length > most) return `${column.field} 超过 ${most} 个字`
      values[column.field] ??= value
    }
  }
  if (Object.keys(values).length === 0 && Object.keys(attributes).length === 0) return '空行'
  const identities: IdentityValue[] = []
  for (const kind of identityFields) {
    const value = values[kind]
    if (value === undefined) continue
    if (normalIdentity({ kind, value }) === null)
      return kind === 'mobile' ? '手机号不对' : kind === 'email' ? '邮箱不对' : `${kind} 不对`
    identities.push({ kind, value })
  }
  const consent = values.consent === undefined ? null : yesNo(values.consent)
  if (consent === undefined) return '「是否同意」看不懂，请写 是 或 否'
  if (!values.name && !values.company && identities.length === 0) return '没有姓名、公司，也没有手机号等身份'
  const fields: FormRow['fields'] = { attributes }
  for (const field of plainFields) if (values[field] !== undefined) fields[field] = values[field]
  const rowHash = hashOf(values, attributes)
  // Somebody without any identity is at least this row, so that the same row again is the same person.
  if (identities.length === 0) identities.push({ kind: 'custom', value: `row:${rowHash}` })
  return {
    identities,
    fields,
    channel: values.channel ?? null,
    campaign: values.campaign ?? null,
    tags: [...tagsOf(values.tags ?? '', groups.tags), ...tagsOf(values.need ?? '', groups.need)],
    consent,
    hash: rowHash,
  }
}

/** Spreadsheets and forms bring control characters, odd spaces and the quote that keeps a number text. */
const clean = (text: string): string =>
  text.replace(/\p{Cc}+/gu, ' ').replace(/^[\s\u00a0\ufeff']+|[\s\u00a0\ufeff]+$/g, '')

const yes = /^(是|同意|接受|愿意|y|yes|true|1|on|√|granted)$/i
const no = /^(否|不同意|拒绝|不接受|不愿意|退订|n|no|false|0|off|×|denied)$/i
const yesNo = (text: string): boolean | undefined => (yes.test(text) ? true : no.test(text) ? false : undefined)

/** `需求:降本；行业:制造` or plain names, which go into `group`. */
function tagsOf(text: string, group: string): { group: string; name: string }[] {
  return text.split(/[、,，;；|\n]+/).flatMap((part) => {
    const [, own, name] = /^\s*([^:：]{1,30})[:：]\s*(.{1,30})$/.exec(part) ?? []
    const plain = part.trim()
    if (own && name) return [{ group: own.trim(), name: name.trim() }]
    return plain === '' ? [] : [{ group, name: [...plain].slice(0, 30).join('') }]
  })
}

function hashOf(values: Partial<Record<FormField, string>>, attributes: Record<string, string>): string {
  let text = ''
  for (const field of formFields) text += `${field}\0${values[field] ?? ''}\0`
  for (const name of Object.keys(attributes).sort()) text += `${name}\0${attributes[name]}\0`
  return hash('sha256', text, 'base64url').slice(0, 32)
}
