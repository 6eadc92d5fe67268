import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { mapWords } from './map-words.ts'
import { RenameDialog } from './tag-names.tsx'
import { storyQuery, type Tag, type TagGroup, type TagStory } from './tag-queries.ts'

/** A group with its tags; a tag opens to what puts it on and who did. */
export function TagGroupCard({
  group,
  edits,
  onChanged,
}: {
  group: TagGroup
  edits: boolean
  onChanged(): Promise<void>
}) {
  const words = useRoomWords(mapWords)
  const reasonOf = useReason()
  const { show } = useToasts()
  const [openId, setOpenId] = useState('')
  const [renamed, setRenamed] = useState<{ path: string; name: string }>()
  const [name, setName] = useState('')
  const isStages = group.kind === 'stage'
  // What somebody made in WeCom is renamed there.
  const renames = (one: { sync: string; ours: boolean }) => edits && !isStages && (one.ours || one.sync !== 'there')
  const open = group.tags.find(({ id }) => id === openId)
  const add = async () => {
    try {
      await call('POST', '/api/tags', { body: { group: group.name, name: name.trim() } })
      show({ id: 'tags', tone: 'good', text: words.added(name.trim()) })
      setName('')
      await onChanged()
    } catch (error) {
      show({ id: 'tags', tone: 'bad', text: reasonOf(error) })
    }
  }
  const facts = [
    words.kinds[group.kind] === group.name ? '' : words.kinds[group.kind],
    isStages ? words.stageGroup : group.exclusive ? words.exclusive : '',
    words.sync[group.sync],
    group.sync === 'there' && !group.ours ? words.theirs : '',
  ].filter(Boolean)
  return (
    <section className="card tags-group" aria-label={group.name}>
      <header>
        <h2 dir="auto">{group.name}</h2>
        <span className="quiet small">{facts.join(' · ')}</span>
        {renames(group) ? (
          <button
            type="button"
            className="link-button small"
            aria-label={words.renameTitle(group.name)}
            onClick={() => setRenamed({ path: `/api/tag-groups/${group.id}`, name: group.name })}
          >
            {words.rename}
          </button>
        ) : null}
      </header>
      {group.tags.length === 0 ? <p className="quiet small">{words.emptyGroup}</p> : null}
      <ul className="tags-list">
        {group.tags.map((tag) => (
          <li key={tag.id}>
            <button
              type="button"
              className="tag-chip"
              data-sync={tag.sync}
              title={words.sync[tag.sync] || undefined}
              aria-expanded={tag.id === openId}
              onClick={() => setOpenId(tag.id === openId ? '' : tag.id)}
            >
              <span className="one-line" dir="auto">
                {tag.name}
              </span>
              <span className="quiet small">{words.wornBy(tag.leads)}</span>
            </button>
          </li>
        ))}
      </ul>
      {open ? (
        <Story
          key={open.id}
          tag={open}
          group={group}
          onRename={renames(open) ? () => setRenamed({ path: `/api/tags/${open.id}`, name: open.name }) : undefined}
        />
      ) : null}
      {edits && !isStages ? (
        <form
          className="tags-new"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim()) void add()
          }}
        >
          <Input
            size="small"
            value={name}
            maxLength={30}
            aria-label={`${group.name} · ${words.newTag}`}
            placeholder={words.newTag}
            onChange={({ target }) => setName(target.value)}
          />
          <Button size="small" htmlType="submit" disabled={!name.trim()}>
            {words.add}
          </Button>
        </form>
      ) : null}
      {renamed ? <RenameDialog {...renamed} onClose={() => setRenamed(undefined)} onDone={onChanged} /> : null}
    </section>
  )
}

const addressOf = ({ kind, id }: TagStory['uses'][number]): string =>
  kind === 'rule'
    ? `/playbook?part=${id}`
    : `/${kind === 'code' ? 'codes' : kind === 'journey' ? 'journeys' : 'segments'}/${encodeURIComponent(id)}`

function Story({ tag, group, onRename }: { tag: Tag; group: TagGroup; onRename: (() => void) | undefined }) {
  const words = useRoomWords(mapWords)
  const names = useNames()
  const { data, error, refetch } = useQuery(storyQuery(tag.id))
  const condition = JSON.stringify({ tag: { group: group.name, name: tag.name } })
  return (
    <div className="tags-story small">
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton rows={2} /> : null}
      {words.sync[tag.sync] ? <p className="tags-warn">{words.sync[tag.sync]}</p> : null}
      {data ? (
        <>
          <div>
            <h3>{words.uses}</h3>
            {data.uses.length === 0 ? <p className="quiet">{words.noUses}</p> : null}
            <ul>
              {data.uses.map((use) => (
                <li key={`${use.kind} ${use.id}`}>
                  {words.usedIn[use.kind]} <Link href={addressOf(use)}>{use.name}</Link>
                </li>
              ))}
            </ul>
          </div>
          <div>
            <h3>{words.whoPut}</h3>
            {data.by.length === 0 ? <p className="quiet">{words.nobodyYet}</p> : null}
            <ul>
              {data.by.map(({ by, rule, leads }) => (
                <li key={`${by} ${rule}`}>
                  {rule === null ? names.actor(by) : words.byRule(names.rule(rule))}{' '}
                  <span className="quiet">{words.people(leads)}</span>
                </li>
              ))}
            </ul>
          </div>
        </>
      ) : null}
      <p className="tags-story-acts">
        <Link
          href={
            tag.stage
              ? `/leads?stage=${encodeURIComponent(tag.stage)}`
              : `/leads?condition=${encodeURIComponent(condition)}`
          }
        >
          {words.seeLeads}
        </Link>
        {onRename ? (
          <button type="button" className="link-button" onClick={onRename}>
            {words.rename}
          </button>
        ) : null}
      </p>
    </div>
  )
}
