import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { useNames } from '../api/names.ts'
import { More } from '../pieces/more.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'
import { Changes } from './changes.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { diffQuery, type Version, versionsQuery } from './rules.ts'

/** Every version there was: by whom, when, why, what is different today; and the way back. */
export function VersionsPage({ current, mayPublish }: { current: number; mayPublish: boolean }) {
  const { playbook } = useWords()
  const [search] = useSearchParams()
  const query = useInfiniteQuery(versionsQuery)
  const chosen = Number(search.get('version')) || null
  if (query.error && !query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton rows={8} />
  return (
    <div className="sheet">
      <p className="sheet-hint">{playbook.versionsHint}</p>
      <ol className="rule-versions">
        {query.data.map((version) => (
          <OneVersion
            key={version.version}
            version={version}
            isCurrent={version.version === current}
            isOpen={version.version === chosen}
            mayPublish={mayPublish}
          />
        ))}
      </ol>
      <More query={query} />
    </div>
  )
}

interface One {
  version: Version
  isCurrent: boolean
  isOpen: boolean
  mayPublish: boolean
}

function OneVersion({ version: { version, by, at, note }, isCurrent, isOpen, mayPublish }: One) {
  const { playbook } = useWords()
  const names = useNames()
  const [, go] = useLocation()
  return (
    <li className="card rule-version">
      <header>
        <b>{playbook.version(version)}</b>
        {isCurrent ? <span className="fate fate-good">{playbook.inForce}</span> : null}
        <span className="quiet">
          {names.actor(by)} · <When at={at} />
        </span>
        {isCurrent ? null : (
          <Button
            size="small"
            aria-expanded={isOpen}
            onClick={() => go(`/playbook/versions${isOpen ? '' : `?version=${version}`}`, { replace: true })}
          >
            {isOpen ? playbook.hideDiff : playbook.showDiff}
          </Button>
        )}
      </header>
      {note ? <p>{note}</p> : null}
      {isOpen && !isCurrent ? <Difference version={version} mayPublish={mayPublish} /> : null}
    </li>
  )
}

function Difference({ version, mayPublish }: { version: number; mayPublish: boolean }) {
  const { playbook } = useWords()
  const { data, error, refetch } = useQuery(diffQuery(version))
  const [returning, setReturning] = useState(false)
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={3} />
  // What going back does is what has happened since, the other way round.
  const back = data.changes.map(({ kind, old, new: next, ...change }) => ({
    ...change,
    kind: kind === 'added' ? ('removed' as const) : kind === 'removed' ? ('added' as const) : kind,
    old: next,
    new: old,
  }))
  return (
    <>
      <p className="quiet small">{playbook.since(version, data.to)}</p>
      <Changes changes={data.changes} />
      {mayPublish && back.length > 0 ? (
        <Button className="rule-back" onClick={() => setReturning(true)}>
          {playbook.goBack(version)}
        </Button>
      ) : null}
      {returning ? (
        <PublishDialog
          title={playbook.goBackTitle(version)}
          verb={playbook.goBack(version)}
          changes={back}
          method="POST"
          path="/api/playbook/rollback"
          body={{ version }}
          said={playbook.wentBack}
          onDone={() => {}}
          onClose={() => setReturning(false)}
        />
      ) : null}
    </>
  )
}
