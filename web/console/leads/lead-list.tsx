import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useNames } from '../api/names.ts'
import { pages, useMe } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { KeyHelp } from '../pieces/key-help.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useKeys } from '../shell/keys.ts'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { BulkBar, nobodyPicked, type Picked } from './bulk-bar.tsx'
import { ColumnChoice, useColumns } from './columns.tsx'
import { ConditionPanel } from './condition-panel.tsx'
import { JobStrip } from './job-strip.tsx'
import { type LeadFilter, LeadFilters } from './lead-filters.tsx'
import { LeadRow } from './lead-row.tsx'
import { ListTabs } from './list-tabs.tsx'
import { listWords } from './list-words.ts'
import { SaveView } from './save-view.tsx'
import { type Asked, addressOf, isSame, readAsked, tabsOf, type View, viewsQuery } from './views.ts'
import './lists.css'
import './leads.css'

/** All leads one may see, by whatever one asks for; further as one scrolls. */
export function LeadList() {
  const words = useWords()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const [at, setAt] = useState(-1)
  const [isHelping, setHelping] = useState(false)
  const [picked, setPicked] = useState<Picked>(nobodyPicked)
  const [isSaving, setSaving] = useState<'new' | 'change'>()
  const body = useRef<HTMLTableSectionElement>(null)
  const lists = useRoomWords(listWords)
  const names = useNames()
  const me = useMe()
  const views = useQuery(viewsQuery)
  const asked = readAsked(search)
  const { filter, condition } = asked
  const tabs = tabsOf(views.data?.items ?? [], { names, me: me?.userid ?? null, words: lists })
  const list = search.get('list') ?? 'all'
  const tab = tabs.find(({ id }) => id === list) ?? null
  const { columns, areChanged, choose, forget } = useColumns(list, tab?.view?.columns)
  const isFiltered = condition !== null || Object.values(filter).some(Boolean)
  const isChanged = tab !== null && (!isSame(tab, asked) || areChanged)
  const mayPick = me?.roles.some((role) => role === 'admin' || role === 'manager' || role === 'mdr') ?? false
  const query = useInfiniteQuery(
    pages<Lead>(['leads', filter, condition], '/api/leads', {
      ...filter,
      condition: condition && JSON.stringify(condition),
    }),
  )
  const leads = query.data ?? []

  const goTo = (to: string, next: Asked) => {
    setAt(-1)
    setPicked(nobodyPicked)
    setSearch(addressOf(to, next), { replace: true })
  }
  const change = (next: LeadFilter) => goTo(list, { filter: next, condition })
  const pick = (id: string) => (isPicked: boolean) => {
    const ids = new Set(picked.ids)
    if (isPicked) ids.add(id)
    else ids.delete(id)
    setPicked({ ids, isAll: false })
  }
  const saved = (view: View | null) => {
    setSaving(undefined)
    forget(list)
    const all = tabs[0]
    if (view) goTo(view.id, asked)
    else if (all) goTo(all.id, all)
  }
  const move = (step: number) => setAt((place) => Math.max(0, Math.min(leads.length - 1, place + step)))
  const openOne = () => (leads[at] ? go(`/leads/${leads[at].id}`) : undefined)
  useEffect(() => {
    body.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    arrowdown: () => move(1),
    arrowup: () => move(-1),
    o: openOne,
    enter: () => (document.activeElement === document.body ? openOne() : false),
    '/': () => document.querySelector<HTMLInputElement>('#leads-q')?.focus(),
    'mod+k': () => document.querySelector<HTMLInputElement>('#leads-q')?.focus(),
    '?': () => setHelping(true),
    escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  })

  return (
    <div className="leads">
      <title>{`${words.leads.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.leads.title}</h1>
        <p className="bar-facts" aria-live="polite">
          {query.data ? words.leads.count(leads.length, query.hasNextPage) : null}
        </p>
        <span className="bar-space" />
        {tab?.view?.mine ? (
          <Button onClick={() => setSaving('change')}>{isChanged ? lists.update : lists.rename}</Button>
        ) : null}
        {isChanged ? <Button onClick={() => setSaving('new')}>{lists.save}</Button> : null}
        <ColumnChoice columns={columns} onChange={choose} />
        <button
          type="button"
          className="icon-button leads-help"
          aria-label={words.shortcuts}
          title={words.shortcuts}
          onClick={() => setHelping(true)}
        >
          <kbd>?</kbd>
        </button>
      </header>
      <ListTabs tabs={tabs} at={list} onChoose={(next) => goTo(next.id, next)} />
      <LeadFilters filter={filter} onChange={change} />
      <ConditionPanel key={list} condition={condition} onChange={(next) => goTo(list, { filter, condition: next })} />
      <JobStrip />
      {picked.ids.size > 0 ? (
        <BulkBar picked={picked} asked={asked} shown={leads.map(({ id }) => id)} onPick={setPicked} />
      ) : null}
      {query.isPending ? <Skeleton rows={10} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {leads.length > 0 ? (
        <table className="lead-table" aria-label={words.leads.title}>
          <thead>
            <tr>
              {mayPick ? <td className="lead-pick" /> : null}
              <th scope="col">{words.leads.columns.who}</th>
              {columns.map((column) => (
                <th key={column} scope="col" data-column={column}>
                  {words.leads.columns[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {leads.map((lead, place) => (
              <LeadRow
                key={lead.id}
                lead={lead}
                columns={columns}
                isCurrent={place === at}
                {...(mayPick ? { isPicked: picked.isAll || picked.ids.has(lead.id), onPick: pick(lead.id) } : {})}
                onOpen={() => go(`/leads/${lead.id}`)}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {query.data && leads.length === 0 && query.hasNextPage ? (
        <p className="quiet list-looking">{lists.looking}</p>
      ) : null}
      {query.data && leads.length === 0 && !query.hasNextPage ? (
        isFiltered ? (
          <Empty
            title={words.leads.noMatch}
            hint={words.leads.noMatchHint}
            action={<Button onClick={() => goTo('all', readAsked(new URLSearchParams()))}>{words.leads.clear}</Button>}
          />
        ) : (
          <Empty
            title={words.leads.empty}
            hint={words.leads.emptyHint}
            action={<Link href="/review">{words.failure.toReview}</Link>}
          />
        )
      ) : null}
      <More query={query} />
      {isSaving ? (
        <SaveView
          view={isSaving === 'change' ? (tab?.view ?? null) : null}
          asked={asked}
          columns={columns}
          onSaved={saved}
          onClose={() => setSaving(undefined)}
        />
      ) : null}
      {isHelping ? (
        <KeyHelp
          keys={[
            [['J', 'K'], words.leads.keys.move],
            [['O', '↵'], words.leads.keys.open],
            [['/'], words.leads.keys.search],
            [['?'], words.review.keys.help],
          ]}
          onClose={() => setHelping(false)}
        />
      ) : null}
    </div>
  )
}
