import { Link, Route, Switch, useRoute } from 'wouter'
import { useMe } from '../api/queries.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { mapWords } from './map-words.ts'
import { RulesPage } from './rules-page.tsx'
import { SimulationPage } from './simulation-page.tsx'
import { SimulationsPage } from './simulations-page.tsx'
import { StagesPage } from './stages-page.tsx'
import { TagsPage } from './tags-page.tsx'
import { useDraft } from './use-draft.ts'
import { VersionsPage } from './versions-page.tsx'
import '../operations/operations.css'
import './playbook.css'

/** The rules the house works by: what they say, what they said, and what others would have done. */
export function PlaybookRoom() {
  const words = useWords()
  const { playbook } = words
  const maps = useRoomWords(mapWords)
  const me = useMe()
  const { draft, error, refetch } = useDraft()
  const has = (role: string) => me?.roles.includes(role) ?? false
  const may = { draft: has('admin') || has('manager'), publish: has('admin') }
  const tabs = [
    { path: '/playbook', name: playbook.rules },
    { path: '/playbook/stages', name: maps.stages },
    { path: '/playbook/tags', name: maps.tags },
    ...(may.draft
      ? [
          { path: '/playbook/versions', name: playbook.versions },
          { path: '/playbook/simulations', name: playbook.simulations },
        ]
      : []),
  ]
  return (
    <div className="playbook">
      <title>{`${playbook.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{playbook.title}</h1>
        <p className="bar-facts">
          {draft ? playbook.version(draft.version) : null}
          {may.draft ? null : ` · ${playbook.readOnly}`}
        </p>
        <span className="bar-space" />
        <nav className="rule-tabs" aria-label={playbook.title}>
          {tabs.map((tab) => (
            <Tab key={tab.path} {...tab} />
          ))}
        </nav>
      </header>
      {error && !draft ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {draft && me ? (
        <Switch>
          <Route path="/playbook/stages" component={StagesPage} />
          <Route path="/playbook/tags" component={TagsPage} />
          {may.draft ? (
            <Route path="/playbook/versions">
              <VersionsPage current={draft.version} mayPublish={may.publish} />
            </Route>
          ) : null}
          {may.draft ? <Route path="/playbook/simulations" component={SimulationsPage} /> : null}
          {may.draft ? (
            <Route path="/playbook/simulations/:id">{({ id }) => <SimulationPage id={id} key={id} />}</Route>
          ) : null}
          <Route>
            <RulesPage draft={draft} may={may} />
          </Route>
        </Switch>
      ) : error ? null : (
        <Skeleton rows={10} />
      )}
    </div>
  )
}

function Tab({ path, name }: { path: string; name: string }) {
  const [isHere] = useRoute(path)
  const [isBelow] = useRoute(`${path}/:id`)
  return (
    <Link href={path} aria-current={isHere || (isBelow && path !== '/playbook') ? 'page' : undefined}>
      {name}
    </Link>
  )
}
