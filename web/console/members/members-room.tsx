import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import '../operations/operations.css'
import { MemberDialog } from './member-dialog.tsx'
import { MemberRow } from './member-row.tsx'
import './members.css'
import type { Member } from './shapes.ts'
import { membersWords } from './words.ts'

/** Who works here, what each may do and see, and what routing knows of him. */
export function MembersRoom() {
  const words = useRoomWords(membersWords)
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [search, setSearch] = useSearchParams()
  const [edited, setEdited] = useState<Member>()
  const state = search.get('state') ?? ''
  const q = search.get('q') ?? ''
  const query = useInfiniteQuery(pages<Member>(['members', state, q], '/api/members', { state, q }))
  const ask = (next: { state: string; q: string }) =>
    setSearch({ ...(next.state ? { state: next.state } : {}), ...(next.q ? { q: next.q } : {}) }, { replace: true })
  const refresh = () => client.invalidateQueries({ queryKey: ['members'] })
  const sync = async () => {
    try {
      await call('POST', '/api/members/sync')
      show({ id: 'sync', tone: 'good', text: words.synced })
      window.setTimeout(() => void refresh(), 4_000)
    } catch (error) {
      show({ id: 'sync', tone: 'bad', text: reasonOf(error) })
    }
  }
  const syncButton = <Button onClick={() => void sync()}>{words.sync}</Button>
  return (
    <div>
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar members-bar">
        <h1>{words.title}</h1>
        <Input.Search
          allowClear
          className="members-q"
          defaultValue={q}
          maxLength={60}
          aria-label={words.search}
          placeholder={words.search}
          onSearch={(next) => ask({ state, q: next.trim() })}
        />
        <span className="bar-space" />
        <Select
          aria-label={words.presence}
          value={state}
          onChange={(next) => ask({ state: next, q })}
          popupMatchSelectWidth={false}
          className="state-choice"
          options={Object.entries(words.states).map(([value, label]) => ({ value, label }))}
        />
        {syncButton}
      </header>
      <div className="members">
        <p className="sheet-hint">{words.hint}</p>
        {query.isPending ? <Skeleton rows={8} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data?.length === 0 ? (
          state || q ? (
            <Empty title={words.none} hint={words.noneHint} />
          ) : (
            <Empty title={words.empty} hint={words.emptyHint} action={syncButton} />
          )
        ) : null}
        {query.data && query.data.length > 0 ? (
          <table className="members-table">
            <thead>
              <tr>
                <th scope="col">{words.member}</th>
                <th scope="col">{words.role}</th>
                <th scope="col">{words.load}</th>
                <th scope="col">{words.skills}</th>
                <th scope="col">{words.signIn}</th>
                <th scope="col">
                  <span className="unseen">{words.edit}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((member) => (
                <MemberRow key={member.userid} member={member} onEdit={() => setEdited(member)} />
              ))}
            </tbody>
          </table>
        ) : null}
        <More query={query} />
      </div>
      {edited ? (
        <MemberDialog
          key={edited.userid}
          member={edited}
          onClose={() => setEdited(undefined)}
          onChanged={() => Promise.all([refresh(), client.invalidateQueries({ queryKey: ['words'] })])}
        />
      ) : null}
    </div>
  )
}
