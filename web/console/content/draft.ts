import type { Content } from './queries.ts'

/** A piece while it is written: as the API takes it, days instead of moments. */
export interface Draft {
  kind: string
  title: string
  body: string
  url: string
  say: string
  plain: string
  stages: string[]
  audiences: string[]
  industries: string[]
  needs: string[]
  language: string
  owner: string
  counts: string
  from: string
  until: string
  file: string | undefined
  cover: string | undefined
  appId: string
  appPage: string
  asFile: boolean
}

const day = 86_400_000

/** The day of a moment, as a date field has it, where this browser is. */
const dayOf = (at: Date): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')

export const blank = (more: Partial<Draft> = {}): Draft => ({
  kind: 'article',
  title: '',
  body: '',
  url: '',
  say: '',
  plain: '',
  stages: [],
  audiences: [],
  industries: [],
  needs: [],
  language: 'zh-CN',
  owner: '',
  counts: '',
  from: '',
  until: '',
  file: undefined,
  cover: undefined,
  appId: '',
  appPage: '',
  asFile: false,
  ...more,
})

export const draftOf = ({ miniProgram, validFrom, validUntil, ...piece }: Content): Draft => ({
  ...blank(),
  kind: piece.kind,
  title: piece.title,
  body: piece.body,
  url: piece.url ?? '',
  say: piece.say,
  plain: piece.plain,
  stages: piece.stages,
  audiences: piece.audiences,
  industries: piece.industries,
  needs: piece.needs,
  language: piece.language,
  owner: piece.owner ?? '',
  counts: piece.counts,
  ...daysOf(validFrom, validUntil),
  file: piece.file ?? undefined,
  cover: piece.cover ?? undefined,
  appId: miniProgram?.appId ?? '',
  appPage: miniProgram?.page ?? '',
  asFile: piece.asFile,
})

/** What was being written, from what the server kept of it. */
export function draftAgain(input: Record<string, unknown>): Draft {
  const text = (name: string): string => (typeof input[name] === 'string' ? input[name] : '')
  const list = (name: string): string[] => (Array.isArray(input[name]) ? input[name].map(String) : [])
  const { appId, page } = (input.miniProgram ?? {}) as { appId?: string; page?: string }
  return {
    kind: text('kind') || 'article',
    title: text('title'),
    body: text('body'),
    url: text('url'),
    say: text('say'),
    plain: text('plain'),
    stages: list('stages'),
    audiences: list('audiences'),
    industries: list('industries'),
    needs: list('needs'),
    language: text('language') || 'zh-CN',
    owner: text('owner'),
    counts: text('counts'),
    ...daysOf(text('validFrom') || null, text('validUntil') || null),
    file: text('file') || undefined,
    cover: text('cover') || undefined,
    appId: appId ?? '',
    appPage: page ?? '',
    asFile: input.asFile === true,
  }
}

/** `until` is the last day it holds, which ends when the next begins. */
const daysOf = (from: string | null, until: string | null) => ({
  from: from ? dayOf(new Date(from)) : '',
  until: until ? dayOf(new Date(new Date(until).getTime() - 1)) : '',
})

/** What the API is told; what is empty is left out, and so is what another kind of piece would have. */
export function inputOf(draft: Draft): Record<string, unknown> {
  const { kind, title, stages, audiences, industries, needs, language } = draft
  const { file, cover, asFile } = draft
  const moments = {
    ...(draft.from ? { validFrom: new Date(`${draft.from}T00:00:00`).toISOString() } : {}),
    ...(draft.until ? { validUntil: new Date(new Date(`${draft.until}T00:00:00`).getTime() + day).toISOString() } : {}),
  }
  const written = Object.fromEntries(
    (['body', 'url', 'say', 'plain', 'owner', 'counts'] as const).flatMap((name) => {
      const value = draft[name].trim()
      return value ? [[name, value]] : []
    }),
  )
  const carried = ['pdf', 'image', 'video'].includes(kind)
    ? { ...(file ? { file } : {}), ...(asFile ? { asFile } : {}) }
    : {}
  const program =
    kind === 'miniprogram' && (draft.appId || draft.appPage)
      ? { miniProgram: { appId: draft.appId.trim(), page: draft.appPage.trim() } }
      : {}
  return {
    kind,
    title: title.trim(),
    stages,
    audiences,
    industries,
    needs,
    language,
    ...written,
    ...moments,
    ...carried,
    ...(cover ? { cover } : {}),
    ...program,
  }
}
