import { z } from 'zod'
import { Refused } from '../../failures.ts'
import { newId } from '../../ids.ts'
import { formFields } from '../../leads/form-fields.ts'
import { type ImportInput, importKind } from '../../leads/import-leads.ts'
import { startLongJob } from '../../leads/long-job.ts'
import { previewImport } from '../../leads/preview-import.ts'
import { dropUpload } from '../../leads/uploads.ts'
import { readJson } from '../body.ts'
import { readValue } from '../errors.ts'
import { sendReport } from '../report-file.ts'
import { accepted, ok, type Route, route } from '../route.ts'
import { receiveUpload, uploadTypes } from '../upload.ts'
import { idParams, line } from './common.schema.ts'
import { JobReportQuery, JobReportSchema, JobSchema } from './jobs.schema.ts'
import { readReport } from './jobs.ts'

const OptionsSchema = z.object({
  name: z.string().max(200).optional(),
  channel: line(60).optional(),
  campaign: line(60).optional(),
  mapping: z.record(line(60).min(1), z.enum([...formFields, ''])).optional(),
})

const ImportPreviewSchema = z
  .strictObject({
    columns: z.array(
      z.strictObject({
        heading: z.string(),
        field: z.enum(formFields).nullable().meta({ description: '当作哪个字段；null 记为同名的自定义属性' }),
        kept: z.boolean().meta({ description: '不要的列为 false' }),
      }),
    ),
    rows: z.array(z.strictObject({ row: z.int(), cells: z.array(z.string()), problem: z.string().nullable() })),
    problem: z.string().nullable().meta({ description: '整个文件的问题' }),
  })
  .meta({ id: 'ImportPreview' })

const group = '导入'
const importers = ['admin', 'manager', 'mdr'] as const

export const importRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/imports',
    group,
    summary:
      '导入 CSV 或 XLSX：multipart 的 file，或直接发送文件；channel、campaign、mapping（JSON：列名 → 字段，空为不要）可随表单或地址给出',
    who: importers,
    scope: 'house',
    upload: uploadTypes,
    answers: { 202: JobSchema },
    async handle({ house, ctx, actor }) {
      const id = newId(house.clock)
      const { name, size, fields } = await receiveUpload(house, ctx, id)
      try {
        const options = readOptions({ ...ctx.query, ...fields })
        const input: ImportInput = {
          upload: id,
          size,
          name,
          channel: options.channel || null,
          campaign: options.campaign || null,
          mapping: options.mapping ?? {},
        }
        const job = await house.db.transaction((tx) =>
          startLongJob(tx, house, { id, kind: importKind, input, total: null, by: actor.id }),
        )
        return accepted(job)
      } catch (error) {
        await dropUpload(house.db, id)
        throw error
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/imports/preview',
    group,
    summary: '试读文件的开头：每一列会当作什么，前 20 行哪里不对；什么也不写',
    who: importers,
    scope: 'house',
    upload: uploadTypes,
    answers: { 200: ImportPreviewSchema },
    audited: false,
    async handle({ house, ctx }) {
      const id = newId(house.clock)
      const { size, fields } = await receiveUpload(house, ctx, id)
      try {
        const { mapping = {} } = readOptions({ ...ctx.query, ...fields })
        return ok(await previewImport(house, id, size, mapping))
      } finally {
        await dropUpload(house.db, id)
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/imports/:id/report',
    group,
    summary: '逐行结果的 CSV 文件，可直接用表格软件打开',
    who: importers,
    scope: 'house',
    params: idParams,
    query: JobReportQuery,
    answers: { 200: null },
    async handle(ask) {
      const { id } = await readReport(ask, { kind: importKind })
      sendReport(ask.ctx, ask.house.db, { id, outcome: ask.query.outcome, name: '导入结果.csv' })
      return { status: 200 }
    },
  }),
  route({
    method: 'get',
    path: '/api/imports/:id',
    group,
    summary: '导入的进度，和逐行的结果（行号同表格，标题是第 1 行）',
    who: importers,
    scope: 'house',
    params: idParams,
    query: JobReportQuery,
    answers: { 200: JobReportSchema },
    handle: async (ask) => ok(await readReport(ask, { kind: importKind })),
  }),
]

function readOptions({ mapping, ...rest }: Record<string, string | string[] | undefined>) {
  if (mapping === undefined) return readValue(OptionsSchema, rest)
  if (typeof mapping !== 'string') throw new Refused(400, 'malformed', 'mapping 只能有一个')
  return readValue(OptionsSchema, { ...rest, mapping: readJson(Buffer.from(mapping)) })
}
