import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { useMe } from '../api/queries.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './content.css'
import { mayEdit } from './content-room.tsx'
import { blank, type Draft, draftAgain, draftOf, inputOf } from './draft.ts'
import { Fields } from './fields.tsx'
import { type Content, draftsQuery, fileQuery, pieceQuery } from './queries.ts'
import { Versions } from './versions.tsx'

/** A piece being written, beside how a customer will see it. `id` absent: one that is not there yet. */
export function Editor({ id }: { id?: string }) {
  const [search] = useSearchParams()
  const piece = useQuery({ ...pieceQuery(id ?? ''), enabled: id !== undefined })
  const drafts = useQuery(draftsQuery)
  const me = useMe()
  const name = id ?? 'new'
  if (piece.error) return <Failure error={piece.error} onRetry={() => void piece.refetch()} />
  if ((id && !piece.data) || drafts.isPending || !me) return <Skeleton rows={10} tall />
  const kept = drafts.data?.items.find((draft) => draft.piece === name)
  const stage = search.get('stage')
  const audience = search.get('audience')
  const start = piece.data
    ? draftOf(piece.data)
    : blank({ ...(stage ? { stages: [stage] } : {}), ...(audience ? { audiences: [audience] } : {}) })
  return (
    <Written
      key={`${name}@${piece.data?.version ?? 0}`}
      name={name}
      piece={piece.data}
      start={kept ? draftAgain(kept.input) : start}
      isKept={kept !== undefined}
      readOnly={!mayEdit(me.roles)}
    />
  )
}

interface WrittenProps {
  name: string
  piece: Content | undefined
  start: Draft
  isKept: boolean
  readOnly: boolean
}

function Written({ name, piece, start, isKept, readOnly }: WrittenProps) {
  const words = useWords()
  const client = useQueryClient()
  const { show } = useToasts()
  const reason = useReason()
  const [, go] = useLocation()
  const [draft, setDraft] = useState(start)
  const [isChanged, setChanged] = useState(isKept)
  const [shown, setShown] = useState(0)
  const [isSaving, setSaving] = useState(false)
  // Its pages are there a while after it came.
  const { data: file } = useQuery({ ...fileQuery(draft.file ?? ''), enabled: draft.file !== undefined })
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }))
    setChanged(true)
  }
  const keeping = useRef<Promise<void>>(undefined)
  // Kept while it is written; the preview shows what is kept.
  useEffect(() => {
    if (!isChanged || readOnly) return
    const timer = window.setTimeout(() => {
      keeping.current = call('PUT', `/api/content/drafts/${name}`, { body: inputOf(draft) })
        .then(() => setShown((count) => count + 1))
        .catch(() => {})
    }, 400)
    return () => window.clearTimeout(timer)
  }, [draft, isChanged, name, readOnly])
  const leave = async () => {
    // What is still on its way to be kept would be kept after all.
    await keeping.current
    await call('DELETE', `/api/content/drafts/${name}`).catch(() => {})
    // The piece may be back before the drafts are, and would be written on from what is gone.
    client.setQueryData(
      draftsQuery.queryKey,
      (known) => known && { ...known, items: known.items.filter((kept) => kept.piece !== name) },
    )
    await client.invalidateQueries({ queryKey: ['content'] })
  }
  const save = async () => {
    setSaving(true)
    try {
      const path = piece ? `/api/content/${encodeURIComponent(piece.id)}` : '/api/content'
      const saved = await call<{ id: string; version: number }>(piece ? 'PUT' : 'POST', path, { body: inputOf(draft) })
      setChanged(false)
      await leave()
      show({ id: 'saved', tone: 'good', text: words.content.saved(saved.version), lasts: 4_000 })
      go(`/content/${saved.id}`, { replace: true })
    } catch (error) {
      show({ id: 'saved', tone: 'bad', text: reason(error) })
    } finally {
      setSaving(false)
    }
  }
  const discard = async () => {
    setChanged(false)
    setDraft(piece ? draftOf(piece) : blank())
    await leave()
    setShown((count) => count + 1)
  }
  const retire = async () => {
    if (!piece) return
    await call('POST', `/api/content/${encodeURIComponent(piece.id)}/retire`, { body: { retired: !piece.retiredAt } })
      .then(() => client.invalidateQueries({ queryKey: ['content'] }))
      .catch((error) => show({ id: 'saved', tone: 'bad', text: reason(error) }))
  }
  return (
    <div>
      <title>{`${draft.title || words.content.write} · Bowtie`}</title>
      <header className="bar">
        <Link href="/content" className="small editor-back">
          {words.rooms.content}
        </Link>
        <h1 className="one-line" dir="auto">
          {piece?.title ?? words.content.write}
        </h1>
        <p className="bar-facts editor-version">{piece ? words.operations.version(piece.version) : null}</p>
        <span className="bar-space" />
        {readOnly ? null : (
          <>
            {isChanged ? (
              <Button type="text" onClick={() => void discard()}>
                {words.content.discard}
              </Button>
            ) : piece ? (
              <Button type="text" onClick={() => void retire()}>
                {piece.retiredAt ? words.content.revive : words.content.retire}
              </Button>
            ) : null}
            <Button type="primary" loading={isSaving} disabled={!isChanged} onClick={() => void save()}>
              {words.content.save}
            </Button>
          </>
        )}
      </header>
      <div className="editor">
        <div className="editor-fields">
          <Fields draft={draft} onChange={change} readOnly={readOnly} />
          {piece ? <Versions id={piece.id} mayRestore={!readOnly} onRestored={() => void discard()} /> : null}
        </div>
        <aside className="editor-preview" aria-label={words.content.preview}>
          <p className="quiet small">{words.content.preview}</p>
          {piece || shown > 0 || isKept ? (
            <iframe
              key={`${shown}${file?.state ?? ''}`}
              className="phone"
              title={words.content.preview}
              src={`/c/preview/${name}`}
            />
          ) : (
            <p className="phone phone-empty quiet">{words.content.previewEmpty}</p>
          )}
        </aside>
      </div>
    </div>
  )
}
