import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { TagLibrarySchema, TagStorySchema } from '../../../src/http/api/tags.ts'
import { call } from '../../shared/call.ts'

export type TagLibrary = z.infer<typeof TagLibrarySchema>
export type TagGroup = TagLibrary['groups'][number]
export type Tag = TagGroup['tags'][number]
export type TagStory = z.infer<typeof TagStorySchema>

export const libraryQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: ({ signal }) => call<TagLibrary>('GET', '/api/tags', { signal }),
})

export const storyQuery = (id: string) =>
  queryOptions({
    queryKey: ['tags', id],
    queryFn: ({ signal }) => call<TagStory>('GET', `/api/tags/${id}`, { signal }),
  })
