import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { leadQuery } from '../api/queries.ts'
import type { Job, JobReport, Page } from '../api/shapes.ts'
import { useRoomWords } from '../words/room-words.ts'
import { listWords } from './list-words.ts'

const kinds = 'bulk-leads,export-leads'
const storedUnder = 'bowtie.jobs-seen'
const shownFailures = 20
const isRunning = ({ state }: Job) => state === 'queued' || state === 'working'

/** What one has set going and not yet seen the end of; it is the server's, and survives a reload. */
export function JobStrip() {
  const words = useRoomWords(listWords)
  const client = useQueryClient()
  const [seen, setSeen] = useState<string[]>(() => (localStorage.getItem(storedUnder) ?? '').split(','))
  const { data } = useQuery({
    queryKey: ['jobs', kinds],
    queryFn: ({ signal }) => call<Page<Job>>('GET', `/api/jobs?kind=${kinds}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? 1_000 : false),
    staleTime: 0,
  })
  const jobs = data?.items.filter(({ id }) => !seen.includes(id)) ?? []
  const running = jobs.filter(isRunning).length
  const before = useRef(0)
  useEffect(() => {
    // What has just ended may have changed what is on the list.
    if (running < before.current) void client.invalidateQueries({ queryKey: ['leads'] })
    before.current = running
  }, [running, client])
  const dismiss = (id: string) => {
    const next = [id, ...seen].slice(0, 50)
    localStorage.setItem(storedUnder, next.join(','))
    setSeen(next)
  }
  if (jobs.length === 0) return null
  return (
    <section className="job-strip" aria-label={words.job.title} aria-live="polite">
      {jobs.map((job) => (
        <OneJob key={job.id} job={job} onDismiss={() => dismiss(job.id)} />
      ))}
    </section>
  )
}

function OneJob({ job, onDismiss }: { job: Job; onDismiss(): void }) {
  const { job: words } = useRoomWords(listWords)
  const result = (job.result ?? {}) as { done?: number; refused?: number; problem?: string }
  const refused = Number(result.refused ?? 0)
  const isExport = job.kind === 'export-leads'
  const said = isRunning(job)
    ? words.working(job.done, job.total)
    : job.state === 'failed'
      ? `${words.failed}：${result.problem ?? ''}`
      : isExport
        ? words.exported(job.done)
        : words.done(Number(result.done ?? 0), refused)
  return (
    <div className="job-line">
      <b>{words.kinds[job.kind]}</b>
      {isRunning(job) ? <progress max={Math.max(job.total ?? 0, job.done, 1)} value={job.done} /> : null}
      <span>{said}</span>
      {isExport && job.state === 'done'
        ? (['csv', 'xlsx'] as const).map((format) => (
            <Button key={format} size="small" href={`/api/exports/${job.id}/file?format=${format}`} download>
              {format.toUpperCase()}
            </Button>
          ))
        : null}
      <span className="bar-space" />
      {isRunning(job) ? null : (
        <Button size="small" type="text" onClick={onDismiss}>
          {words.dismiss}
        </Button>
      )}
      {refused > 0 ? <Failures id={job.id} count={refused} /> : null}
    </div>
  )
}

/** For whom it was not done, and why. */
function Failures({ id, count }: { id: string; count: number }) {
  const { job: words } = useRoomWords(listWords)
  const [isOpen, setOpen] = useState(false)
  const { data } = useQuery({
    queryKey: ['jobs', id, 'refused'],
    queryFn: ({ signal }) =>
      call<JobReport>('GET', `/api/jobs/${id}?outcome=refused&limit=${shownFailures}`, { signal }),
    enabled: isOpen,
  })
  return (
    <details className="job-failures" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{words.why(count)}</summary>
      <ul>
        {data?.items.map(({ row, leadId, problem }) => (
          <li key={row}>
            {leadId ? <LeadName id={leadId} /> : null} <span>{problem}</span>
          </li>
        ))}
      </ul>
      {count > shownFailures ? <p className="quiet">{words.more(count - shownFailures)}</p> : null}
    </details>
  )
}

function LeadName({ id }: { id: string }) {
  const names = useNames()
  const { data } = useQuery({ ...leadQuery(id), retry: false })
  return (
    <Link href={`/leads/${id}`} className="one-line" dir="auto">
      {data ? names.lead(data) : id.slice(0, 8)}
    </Link>
  )
}
