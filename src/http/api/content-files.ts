import { z } from 'zod'
import { dropDraft, keepDraft, listDrafts } from '../../content/drafts.ts'
import { addFile, type ContentFile, needFile } from '../../content/files.ts'
import { newId } from '../../ids.ts'
import { created, ok, type Route, route } from '../route.ts'
import { receiveUpload } from '../upload.ts'
import { idParams } from './common.schema.ts'
import { DraftInputSchema, DraftSchema, FileSchema, UploadedSchema } from './content.schema.ts'
import { editors } from './content.ts'

const group = '内容'
const pieceParams = z.object({ piece: z.string().regex(/^[A-Za-z0-9-]{1,80}$/, { error: '用内容的 id，或 new' }) })

export const contentFileRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/content/files',
    group,
    summary: '上传 PDF（≤ 20 MB）、PNG 或 JPG（≤ 10 MB）、MP4（≤ 100 MB）。PDF 由后台变成页面，job 里看进度',
    who: editors,
    scope: 'house',
    upload: ['multipart/form-data', 'application/octet-stream'],
    answers: { 201: UploadedSchema },
    async handle({ house, ctx, actor }) {
      const id = newId(house.clock)
      const { name, size } = await receiveUpload(house, ctx, id)
      const { file, job } = await addFile(house, { id, name, size }, actor.id)
      return created({ file: present(file), job })
    },
  }),
  route({
    method: 'get',
    path: '/api/content/files/:id',
    group,
    summary: '一个上传的文件：处理好了没有',
    who: 'everyone',
    scope: 'house',
    params: idParams,
    answers: { 200: FileSchema },
    handle: async ({ house, params }) => ok(present(await needFile(house.db, params.id))),
  }),
  route({
    method: 'get',
    path: '/api/content/drafts',
    group,
    summary: '我还没保存的稿子',
    who: editors,
    scope: 'house',
    answers: { 200: z.strictObject({ items: z.array(DraftSchema) }) },
    async handle({ house, principal }) {
      const drafts = await listDrafts(house.db, principal.id)
      return ok({ items: drafts.map((draft) => ({ ...draft, at: draft.at.toISOString() })) })
    },
  }),
  route({
    method: 'put',
    path: '/api/content/drafts/:piece',
    group,
    summary: '留下正在写的稿子；/c/preview/:piece 看它在客户手机上的样子',
    who: editors,
    scope: 'house',
    params: pieceParams,
    body: DraftInputSchema,
    answers: { 204: null },
    audited: false,
    async handle({ house, params, body, principal }) {
      await keepDraft(house, principal.id, params.piece, body)
      return { status: 204 }
    },
  }),
  route({
    method: 'delete',
    path: '/api/content/drafts/:piece',
    group,
    summary: '扔掉稿子',
    who: editors,
    scope: 'house',
    params: pieceParams,
    answers: { 204: null },
    async handle({ house, params, principal }) {
      await dropDraft(house.db, principal.id, params.piece)
      return { status: 204 }
    },
  }),
]

const present = ({ at, ...file }: ContentFile) => ({ ...file, at: at.toISOString() })
