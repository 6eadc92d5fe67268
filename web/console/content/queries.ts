import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  ContentSchema,
  FileSchema,
  ListedSchema,
  MatrixSchema,
  UploadedSchema,
  VersionSchema,
} from '../../../src/http/api/content.schema.ts'
import { CallFailed, call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'

export type Content = z.infer<typeof ContentSchema>
export type Listed = z.infer<typeof ListedSchema>
export type Version = z.infer<typeof VersionSchema>
export type Matrix = z.infer<typeof MatrixSchema>
export type ContentFile = z.infer<typeof FileSchema>
export type Uploaded = z.infer<typeof UploadedSchema>

export const kinds = ['article', 'pdf', 'image', 'video', 'link', 'miniprogram', 'text'] as const

export const contentQuery = (filter: Record<string, string>) =>
  pages<Listed>(['content', 'list', filter], '/api/content', filter)
export const matrixQuery = queryOptions({
  queryKey: ['content', 'matrix'],
  queryFn: ({ signal }) => call<Matrix>('GET', '/api/content/matrix', { signal }),
})
export const pieceQuery = (id: string) =>
  queryOptions({
    queryKey: ['content', 'piece', id],
    queryFn: ({ signal }) => call<Content>('GET', `/api/content/${encodeURIComponent(id)}`, { signal }),
  })
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['content', 'versions', id],
    queryFn: ({ signal }) =>
      call<{ items: Version[] }>('GET', `/api/content/${encodeURIComponent(id)}/versions`, { signal }),
  })
export const draftsQuery = queryOptions({
  queryKey: ['content', 'drafts'],
  queryFn: ({ signal }) =>
    call<{ items: { piece: string; input: Record<string, unknown>; at: string }[] }>('GET', '/api/content/drafts', {
      signal,
    }),
  staleTime: 0,
})
export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: ['content', 'file', id],
    queryFn: ({ signal }) => call<ContentFile>('GET', `/api/content/files/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'working' ? 700 : false),
  })

/** Sends a file; `onShare` hears how much of it has gone, from 0 to 1. `fetch` does not tell. @throws CallFailed */
export function uploadFile(file: File, onShare: (share: number) => void): Promise<Uploaded> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/content/files')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0)
    request.onerror = () => fail(new CallFailed(0, 'offline', ''))
    request.onload = () => {
      if (request.status === 201) return done(request.response as Uploaded)
      const said = (request.response as { error?: { id: string; message: string } } | null)?.error
      fail(new CallFailed(request.status, said?.id ?? 'unexpected', said?.message ?? ''))
    }
    const form = new FormData()
    form.set('file', file, file.name)
    request.send(form)
  })
}
