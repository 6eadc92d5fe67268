import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { versionsQuery } from './queries.ts'

/** Every version there was; an old one comes back as a new one, so that nothing is lost. */
export function Versions({ id, mayRestore, onRestored }: { id: string; mayRestore: boolean; onRestored(): void }) {
  const words = useWords()
  const { actor } = useNames()
  const { show } = useToasts()
  const reason = useReason()
  const { data, error, refetch } = useQuery(versionsQuery(id))
  const restore = async (version: number) => {
    try {
      await call('POST', `/api/content/${encodeURIComponent(id)}/restore`, { body: { version } })
      show({ id: 'restored', tone: 'good', text: words.content.restored(version), lasts: 4_000 })
      onRestored()
    } catch (failure) {
      show({ id: 'restored', tone: 'bad', text: reason(failure) })
    }
  }
  return (
    <section className="card versions">
      <h2>{words.content.versions}</h2>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton rows={2} /> : null}
      <ol>
        {data?.items.map(({ version, title, origin, by, at, current }) => (
          <li key={version}>
            <div>
              <p dir="auto">
                <b>{words.operations.version(version)}</b> {title}
              </p>
              <p className="quiet small">
                {origin === 'file' ? words.content.fromFile : actor(by)} · <When at={at} />
              </p>
            </div>
            {current ? (
              <span className="quiet small">{words.content.current}</span>
            ) : mayRestore ? (
              <Button size="small" onClick={() => void restore(version)}>
                {words.content.restore}
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  )
}
