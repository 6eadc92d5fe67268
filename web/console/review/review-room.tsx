import { useCallback, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../api/names.ts'
import { useMe } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { KeyHelp } from '../pieces/key-help.tsx'
import { Skeleton } from '../pieces/states.tsx'
import { useKeys } from '../shell/keys.ts'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { QueueList } from './queue-list.tsx'
import './review.css'
import { ReviewBar } from './review-bar.tsx'
import { keyHelp } from './review-keys.ts'
import { ReviewPane } from './review-pane.tsx'
import { useClaims } from './use-claims.ts'
import { useCurrent } from './use-current.ts'
import { useArrivals, useQueue } from './use-queue.ts'
import { type Judgement, useVerdicts } from './use-verdicts.ts'

const none: readonly QueueItem[] = []
const nobody: ReadonlySet<string> = new Set()

/** Where an MDR lives: the queue on the left, the lead on the right, the keyboard in between. */
export function ReviewRoom() {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const { show } = useToasts()
  const [, go] = useLocation()
  const [sought, seek] = useState('')
  const [marked, setMarked] = useState(nobody)
  const [judging, setJudging] = useState<string>()
  const [isHelping, setHelping] = useState(false)
  const [qualifications, setQualifications] = useState<Record<string, Record<string, string>>>({})
  const searchBox = useRef<HTMLInputElement>(null)
  const returned = useRef<(id: string) => void>(() => {})

  const queue = useQueue()
  const verdicts = useVerdicts({
    undoSeconds: names.words?.undoSeconds ?? 10,
    onReturned: (id) => returned.current(id),
  })
  const waiting = useMemo(
    () => (queue.data?.items ?? none).filter(({ id }) => !verdicts.judged.has(id)),
    [queue.data, verdicts.judged],
  )
  const items = useMemo(() => find(waiting, sought, names.source), [waiting, sought, names])
  const { current, isOpen, open, close, neighbour } = useCurrent(items)
  const claims = useClaims(verdicts.saidWhy)
  returned.current = open
  useArrivals(queue.data?.items, ([first, ...others]) => {
    if (!first) return
    const text = words.review.arrived(names.lead(first), others.length)
    show({ id: 'arrived', text, lasts: 3_000 })
  })

  const chosen = items.filter(({ id }) => marked.has(id))
  const targets = chosen.length > 0 ? chosen : current ? [current] : []
  const mark = useCallback((id: string) => setMarked((all) => toggled(all, id)), [])

  const judge = (verdict: string | undefined) => {
    setJudging(verdict)
    if (!current || chosen.length > 0) return
    if (verdict === undefined) claims.stop(current)
    else
      void claims.begin(current).then((isOurs) => {
        if (!isOurs) setJudging(undefined)
      })
  }
  const look = (id: string | undefined, how?: { replace: boolean }) => {
    if (!id) return
    if (judging && current) claims.stop(current)
    setJudging(undefined)
    open(id, how)
  }
  const give = (judgement: Judgement) => {
    claims.finish()
    setJudging(undefined)
    if (chosen.length > 0) {
      setMarked(nobody)
      void verdicts.giveMany(chosen, judgement)
    } else if (current) {
      verdicts.give(current, { ...judgement, qualification: qualifications[current.id] })
    }
  }
  const begin = (verdict: string) => () => (targets.length > 0 ? judge(verdict) : false)

  useKeys({
    j: () => look(neighbour(1)?.id),
    k: () => look(neighbour(-1)?.id),
    arrowdown: () => look(neighbour(1)?.id),
    arrowup: () => look(neighbour(-1)?.id),
    m: begin('mql'),
    n: begin('nurture'),
    x: begin('disqualified'),
    c: () => (current ? void claims.claim(current) : false),
    r: () => (current ? void claims.release(current) : false),
    z: () => void verdicts.undo(),
    'mod+z': () => void verdicts.undo(),
    v: () => (current ? mark(current.id) : false),
    o: () => (current ? go(`/leads/${current.id}`) : false),
    '/': () => searchBox.current?.focus(),
    'mod+k': () => searchBox.current?.focus(),
    '?': () => setHelping(true),
    escape: () => {
      if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur()
      else if (marked.size > 0) setMarked(nobody)
      else return false
    },
  })

  return (
    <div className="review" data-open={isOpen || undefined}>
      <title>{`${words.review.title} · Bowtie`}</title>
      <ReviewBar
        waiting={waiting}
        hasMore={Boolean(queue.data?.nextCursor)}
        isRead={queue.data !== undefined}
        isLive={queue.isLive}
        onClaimNext={() => void claims.claimNext().then((id) => look(id))}
        onHelp={() => setHelping(true)}
      />
      <QueueList
        queue={queue}
        items={items}
        isClear={waiting.length === 0}
        currentId={current?.id}
        marked={marked}
        sought={sought}
        searchBox={searchBox}
        onSeek={seek}
        onOpen={(id) => look(id, { replace: false })}
        onMark={mark}
        onUnmark={() => setMarked(nobody)}
      />
      {current ? (
        <ReviewPane
          key={current.id}
          item={current}
          targets={targets}
          judging={judging}
          onJudge={judge}
          onGive={give}
          onTake={(verb) => void claims[verb](current)}
          onBack={close}
          qualification={qualifications[current.id]}
          onQualify={(fields) => setQualifications((all) => ({ ...all, [current.id]: fields }))}
          myUserid={me?.userid ?? null}
        />
      ) : (
        <div className="pane pane-empty">{queue.isPending ? <Skeleton rows={6} tall /> : null}</div>
      )}
      <p className="unseen" aria-live="polite">
        {current ? names.lead(current) : ''}
      </p>
      {isHelping ? <KeyHelp keys={keyHelp(words)} onClose={() => setHelping(false)} /> : null}
    </div>
  )
}

function find(
  items: readonly QueueItem[],
  sought: string,
  sourceName: (source: QueueItem['source']['last']) => string,
) {
  const wanted = sought.trim().toLowerCase()
  if (!wanted) return items
  return items.filter(({ name, company, title, source, tags }) =>
    [name, company, title, sourceName(source.last), ...tags.map((tag) => tag.name)].some((text) =>
      text?.toLowerCase().includes(wanted),
    ),
  )
}

function toggled(all: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const changed = new Set(all)
  if (!changed.delete(id)) changed.add(id)
  return changed
}
