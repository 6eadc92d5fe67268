import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, type InputRef } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { CallFailed, call } from '../api/call.ts'
import { useNames } from '../api/names.ts'
import { briefQuery, queueQuery, scoreQuery, timelineQuery, useMe } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { SearchIcon } from '../look/icons.tsx'
import { KeyHelp } from '../pieces/key-help.tsx'
import { urgencyOf } from '../pieces/sla.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useNow } from '../pieces/time.tsx'
import { isMac, useKeys } from '../shell/keys.ts'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { QueueRow } from './queue-row.tsx'
import './review.css'
import { ReviewPane } from './review-pane.tsx'
import { useArrivals, useQueue } from './use-queue.ts'
import { type Judgement, useVerdicts } from './use-verdicts.ts'

const verdictKeys: Record<string, string> = { m: 'mql', n: 'nurture', x: 'disqualified' }
const none: readonly QueueItem[] = []

/** Where an MDR lives: the queue on the left, the lead on the right, the keyboard in between. */
export function ReviewRoom() {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const client = useQueryClient()
  const { show } = useToasts()
  const reasonOf = useReason()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const [sought, setSought] = useState('')
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const [judging, setJudging] = useState<string>()
  const [isHelping, setHelping] = useState(false)
  const [qualifications, setQualifications] = useState<Record<string, Record<string, string>>>({})
  const searchBox = useRef<InputRef>(null)
  const listBox = useRef<HTMLUListElement>(null)
  const place = useRef(0)

  const queue = useQueue()
  const open = useCallback(
    (id: string, replace = true) => {
      setJudging(undefined)
      setSearch({ lead: id }, { replace })
    },
    [setSearch],
  )
  const verdicts = useVerdicts({ undoSeconds: names.words?.undoSeconds ?? 10, onReturned: (id) => open(id) })

  const waiting = useMemo(
    () => (queue.data?.items ?? none).filter(({ id }) => !verdicts.judged.has(id)),
    [queue.data, verdicts.judged],
  )
  const items = useMemo(() => {
    const wanted = sought.trim().toLowerCase()
    if (!wanted) return waiting
    return waiting.filter((item) =>
      [item.name, item.company, item.title, names.source(item.source.last), ...item.tags.map(({ name }) => name)].some(
        (text) => text?.toLowerCase().includes(wanted),
      ),
    )
  }, [waiting, sought, names])
  useArrivals(queue.data?.items, (item) =>
    show({ id: `arrived-${item.id}`, text: words.review.arrived(names.lead(item)), lasts: 3_000 }),
  )

  // Whoever was judged or taken leaves his place to the next one.
  const asked = search.get('lead')
  const index = items.findIndex(({ id }) => id === asked)
  const at = index >= 0 ? index : Math.min(place.current, items.length - 1)
  const current = items[at]
  useEffect(() => {
    place.current = Math.max(0, at)
  }, [at])
  useEffect(() => {
    if (current && asked && current.id !== asked) setSearch({ lead: current.id }, { replace: true })
  }, [current, asked, setSearch])
  useEffect(() => {
    if (!current) return
    listBox.current?.querySelector(`[data-lead="${current.id}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [current])
  const next = items[at + 1]?.id
  useEffect(() => {
    if (!next) return
    void client.prefetchQuery(briefQuery(next))
    void client.prefetchQuery(scoreQuery(next))
    void client.prefetchInfiniteQuery(timelineQuery(next))
  }, [next, client])

  const move = (step: number) => {
    const target = items[at + step]
    if (target) open(target.id)
  }
  const mark = useCallback(
    (id: string) =>
      setMarked((all) => {
        const left = new Set(all)
        if (!left.delete(id)) left.add(id)
        return left
      }),
    [],
  )
  const chosen = items.filter(({ id }) => marked.has(id))
  const targets = chosen.length > 0 ? chosen : current ? [current] : []

  const take = async (item: QueueItem | undefined, verb: 'claim' | 'release') => {
    if (!item) return
    try {
      await call('POST', `/api/leads/${item.id}/${verb}`)
    } catch (error) {
      const text = error instanceof CallFailed && error.status === 409 ? verdicts.saidWhy(error) : reasonOf(error)
      show({ id: 'claim', tone: 'bad', text })
    }
    await client.invalidateQueries({ queryKey: queueQuery.queryKey })
  }
  const claimNext = async () => {
    try {
      const item = await call<QueueItem | null>('POST', '/api/review-queue/claim')
      await client.invalidateQueries({ queryKey: queueQuery.queryKey })
      if (item) open(item.id)
    } catch (error) {
      show({ id: 'claim', tone: 'bad', text: reasonOf(error) })
    }
  }
  const give = (judgement: Judgement) => {
    setJudging(undefined)
    if (chosen.length > 0) {
      setMarked(new Set())
      void verdicts.giveMany(chosen, judgement)
    } else if (current) {
      const qualification = qualifications[current.id]
      verdicts.give(current, qualification ? { ...judgement, qualification } : judgement)
    }
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    arrowdown: () => move(1),
    arrowup: () => move(-1),
    ...Object.fromEntries(
      Object.entries(verdictKeys).map(([key, verdict]) => [
        key,
        () => (targets.length > 0 ? setJudging(verdict) : false),
      ]),
    ),
    c: () => void take(current, 'claim'),
    r: () => void take(current, 'release'),
    z: () => void verdicts.undo(),
    'mod+z': () => void verdicts.undo(),
    v: () => (current ? mark(current.id) : false),
    o: () => (current ? go(`/leads/${current.id}`) : false),
    '/': () => searchBox.current?.focus(),
    'mod+k': () => searchBox.current?.focus(),
    '?': () => setHelping(true),
    escape: () => {
      if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur()
      else if (marked.size > 0) setMarked(new Set())
      else return false
    },
  })

  const now = useNow()
  const late = waiting.filter((item) => urgencyOf(item, now) === 'late').length
  const soon = waiting.filter((item) => urgencyOf(item, now) === 'soon').length
  const counted = `${waiting.length}${queue.data?.nextCursor ? '+' : ''}`
  return (
    <div className="review" data-open={asked ? true : undefined}>
      <title>{`${words.review.title} · Bowtie`}</title>
      <header className="bar review-bar">
        <h1>{words.review.title}</h1>
        <p className="bar-facts" aria-live="polite">
          {queue.data ? <span>{words.review.waiting(counted)}</span> : null}
          {soon > 0 ? <span className="sla-soon">{words.review.soon(soon)}</span> : null}
          {late > 0 ? <span className="sla-late">{words.review.late(late)}</span> : null}
        </p>
        <span className="bar-space" />
        <span
          className={queue.isLive ? 'pulse pulse-live' : 'pulse'}
          title={queue.isLive ? words.review.stream : words.review.polling}
        />
        <Button onClick={() => void claimNext()} disabled={items.length === 0}>
          {words.review.claimNext}
        </Button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.shortcuts}
          title={words.shortcuts}
          onClick={() => setHelping(true)}
        >
          <kbd>?</kbd>
        </button>
      </header>
      <section className="queue" aria-label={words.review.list}>
        <div className="queue-tools">
          <Input
            ref={searchBox}
            allowClear
            value={sought}
            prefix={<SearchIcon size={16} />}
            suffix={sought ? undefined : <kbd>/</kbd>}
            placeholder={words.review.filter}
            aria-label={words.review.filter}
            onChange={(event) => setSought(event.target.value)}
            onPressEnter={() => searchBox.current?.blur()}
          />
          {chosen.length > 0 ? (
            <p className="queue-marked">
              {words.review.selected(chosen.length)}
              <button type="button" className="link-button" onClick={() => setMarked(new Set())}>
                {words.review.unselect}
              </button>
            </p>
          ) : null}
        </div>
        {queue.isPending ? <Skeleton rows={9} tall /> : null}
        {queue.error && !queue.data ? <Failure error={queue.error} onRetry={() => void queue.refetch()} /> : null}
        <ul className="queue-list" ref={listBox}>
          {items.map((item) => (
            <QueueRow
              key={item.id}
              item={item}
              isCurrent={item.id === current?.id}
              isMarked={marked.has(item.id)}
              onOpen={(id) => open(id, false)}
              onMark={mark}
            />
          ))}
        </ul>
        {queue.data && items.length === 0 ? (
          waiting.length === 0 ? (
            <Empty
              title={words.review.empty}
              hint={words.review.emptyHint}
              action={<Link href="/leads?desk=nurture">{words.review.emptyAction}</Link>}
            />
          ) : (
            <Empty
              title={words.review.noMatch}
              hint={words.review.noMatchHint}
              action={<Button onClick={() => setSought('')}>{words.review.clearSearch}</Button>}
            />
          )
        ) : null}
      </section>
      {current ? (
        <ReviewPane
          key={current.id}
          item={current}
          targets={targets}
          judging={judging}
          onJudge={setJudging}
          onGive={give}
          onTake={(verb) => void take(current, verb)}
          onBack={() => setSearch({}, { replace: false })}
          qualification={qualifications[current.id]}
          onQualify={(fields) => setQualifications((all) => ({ ...all, [current.id]: fields }))}
          myUserid={me?.userid ?? null}
        />
      ) : (
        <div className="pane pane-empty">
          {queue.isPending ? (
            <Skeleton rows={6} tall />
          ) : (
            <p className="quiet">{items.length > 0 ? words.review.noLead : ''}</p>
          )}
        </div>
      )}
      {isHelping ? <KeyHelp keys={helpOf(words)} onClose={() => setHelping(false)} /> : null}
    </div>
  )
}

function helpOf({ review: { keys } }: ReturnType<typeof useWords>): [string[], string][] {
  return [
    [['J', 'K'], keys.move],
    [['C'], keys.claim],
    [['R'], keys.release],
    [['M'], keys.mql],
    [['N'], keys.nurture],
    [['X'], keys.disqualify],
    [['1', '…', '9'], keys.reason],
    [['Z', isMac ? '⌘Z' : 'Ctrl Z'], keys.undo],
    [['V'], keys.select],
    [['/', isMac ? '⌘K' : 'Ctrl K'], keys.search],
    [['O'], keys.open],
    [['Esc'], keys.escape],
    [['?'], keys.help],
  ]
}
