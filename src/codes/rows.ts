import type { Carried, CodeKind } from './carriers.ts'

export interface LiveCode {
  id: string
  /** What WeCom hands back with whoever comes through it. */
  state: string
  /** null: not made yet. */
  configId: string | null
  /** The picture of a code, the address of a link. */
  qrCode: string | null
}

export interface CodeRow extends LiveCode, Carried {
  kind: CodeKind
  staff: string[]
  tags: { group: string; name: string }[]
  source: { channel?: string; campaign?: string } | null
  welcome: string | null
  made: 'wanted' | 'made' | 'failed' | 'unknown'
  madeError: string | null
  createdBy: string
  version: number
  duty: string[] | null
  dutyWhy: string | null
  dutyAt: Date | null
  dutySeq: number
  dutyError: string | null
  figures: { clicks: number; customers: number; at: string } | null
  archivedAt: Date | null
}

export const codeColumns = `id, state, kind, name, staff, tags, source, welcome, config_id AS "configId", qr_code AS "qrCode",
  made, made_error AS "madeError", created_by AS "createdBy", created_at AS "createdAt", plan, single, version, duty, duty_why AS "dutyWhy",
  duty_at AS "dutyAt", duty_seq AS "dutySeq", duty_error AS "dutyError", figures, archived_at AS "archivedAt"`
