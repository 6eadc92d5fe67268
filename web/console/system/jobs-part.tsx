import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { saySpan } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { pages } from '../api/queries.ts'
import type { Job } from '../api/shapes.ts'
import { useStream } from '../api/stream.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { systemQuery } from './queries.ts'
import { systemWords } from './words.ts'

/** What waits for the machine, long work with its progress, and what runs again and again. */
export function JobsPart() {
  const words = useRoomWords(systemWords)
  const all = useWords()
  const now = useNow()
  const client = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(systemQuery)
  const isLive = useStream('jobs', () => void client.invalidateQueries({ queryKey: ['jobs'] }), 500)
  const jobs = useInfiniteQuery({
    ...pages<Job>(['jobs', 'all'], '/api/jobs', { whose: 'all' }),
    refetchInterval: isLive ? 30_000 : 3_000,
  })
  return (
    <>
      <section className="card">
        <h2>{words.jobs}</h2>
        <p className="quiet small">{words.jobsHint}</p>
        {jobs.isPending ? <Skeleton rows={3} tall /> : null}
        {jobs.error && !jobs.data ? <Failure error={jobs.error} onRetry={() => void jobs.refetch()} /> : null}
        {jobs.data?.length === 0 ? <Empty title={words.jobsNone} hint={words.jobsNoneHint} /> : null}
        <ul className="system-lines">
          {jobs.data?.map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
        </ul>
        <More query={jobs} />
      </section>
      <section className="card">
        <h2>{words.queuesTitle}</h2>
        <p className="quiet small">{words.queuesHint}</p>
        {isPending ? <Skeleton rows={4} /> : null}
        {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
        <ul className="system-queues">
          {data?.queues.map(({ id, depth, oldest }) => (
            <li key={id} data-busy={depth > 0 || undefined}>
              <span>{words.queues[id] ?? id}</span>
              <b>{depth >= 10_000 ? '10000+' : depth}</b>
              <span className="quiet small">
                {oldest && depth > 0
                  ? `${words.oldest} ${saySpan(Math.max(0, now - Date.parse(oldest)), all)}`
                  : words.idle}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="card">
        <h2>{words.recurring}</h2>
        <p className="quiet small">{words.recurringHint}</p>
        <ul className="system-queues">
          {data?.recurring.map(({ job, runs, failed }) => (
            <li key={job} data-bad={failed > 0 || undefined}>
              <code>{job}</code>
              <span className="quiet small">{words.runs(runs)}</span>
              {failed > 0 ? <span className="fate fate-bad">{words.failedRuns(failed)}</span> : <span />}
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}

const tones: Record<Job['state'], string> = {
  queued: 'plain',
  working: 'plain',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
}
const withFile = 'bytes'

function JobLine({ job }: { job: Job }) {
  const words = useRoomWords(systemWords)
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const retry = async () => {
    try {
      await call('POST', `/api/jobs/${job.id}/retry`)
      show({ id: 'retry', tone: 'good', text: words.retried })
    } catch (error) {
      show({ id: 'retry', tone: 'bad', text: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: ['jobs'] })
  }
  const problem = typeof job.result?.problem === 'string' ? job.result.problem : null
  return (
    <li>
      <span className={`fate fate-${tones[job.state]}`}>{words.jobStates[job.state]}</span>
      <b>{words.jobKinds[job.kind] ?? job.kind}</b>
      {job.state === 'working' || job.state === 'queued' ? (
        <progress max={job.total ?? undefined} value={job.total ? job.done : undefined} aria-label={words.jobs} />
      ) : null}
      <span className="quiet small">{words.progress(job.done, job.total)}</span>
      {problem ? (
        <span className="system-text system-bad" dir="auto">
          {problem}
        </span>
      ) : (
        <span className="system-text quiet small">{names.actor(job.by)}</span>
      )}
      <When at={job.finishedAt ?? job.createdAt} className="quiet small" />
      {job.state === 'failed' ? (
        <Button size="small" onClick={() => void retry()}>
          {words.retry}
        </Button>
      ) : null}
      {job.state === 'done' && job.result && withFile in job.result ? (
        <Button size="small" href={`/api/jobs/${job.id}/file`} download>
          {words.file}
        </Button>
      ) : null}
    </li>
  )
}
