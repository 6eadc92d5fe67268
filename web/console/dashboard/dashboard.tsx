import { Segmented } from 'antd'
import { useRef } from 'react'
import { Link, useSearchParams } from 'wouter'
import { serverNow } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Stage } from '../pieces/stage.tsx'
import { BowTie } from './bow-tie.tsx'
import { ChannelPart } from './channel-part.tsx'
import { ContentPart, JourneyPart } from './effect-parts.tsx'
import { FunnelPart } from './funnel-part.tsx'
import { DownloadIcon } from './icons.tsx'
import { lastDays, type Span, spanBefore, useReport } from './reports.ts'
import { Sankey } from './sankey.tsx'
import { savePng } from './save.ts'
import { Count, Section } from './section.tsx'
import { SlaPart } from './sla-part.tsx'
import { useDashboardWords } from './words.ts'
import './dashboard.css'

const spans = [7, 30, 90, 365]
const isDay = (text: string | null): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '')

/** One picture tells where leads are stuck; under it what needs somebody today, and what works. */
export function Dashboard() {
  const words = useDashboardWords()
  const [search, setSearch] = useSearchParams()
  const [from, to] = [search.get('from'), search.get('to')]
  const days = Number(search.get('days') ?? 30)
  const isOwn = isDay(from) && isDay(to) && from <= to
  const span = isOwn ? { from, to } : lastDays(spans.includes(days) ? days : 30, serverNow())
  const compares = search.get('compare') !== 'no'
  const change = (more: Record<string, string>) =>
    setSearch({ ...(compares ? {} : { compare: 'no' }), ...more }, { replace: true })
  const day = (name: 'from' | 'to') => (
    <input
      type="date"
      className="day-field"
      aria-label={words[name]}
      value={span[name]}
      max={name === 'from' ? span.to : undefined}
      min={name === 'to' ? span.from : undefined}
      onChange={({ target }) => (isDay(target.value) ? change({ ...span, [name]: target.value }) : undefined)}
    />
  )
  return (
    <div className="dashboard">
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar dashboard-bar">
        <h1>{words.title}</h1>
        <span className="bar-space" />
        <Segmented
          size="small"
          value={isOwn ? 0 : days}
          onChange={(value) => change({ days: String(value) })}
          options={spans.map((value) => ({ value, label: words.spans[value] }))}
        />
        <span className="day-fields">
          {day('from')} – {day('to')}
        </span>
        <label className="small">
          <input
            type="checkbox"
            checked={compares}
            onChange={({ target }) =>
              setSearch({ ...(isOwn ? span : { days: String(days) }), ...(target.checked ? {} : { compare: 'no' }) })
            }
          />{' '}
          {words.compare}
        </label>
      </header>
      <Picture span={span} compares={compares} />
      <Today />
      <FunnelPart span={span} />
      <div className="two-parts">
        <Flows span={span} />
        <Reasons span={span} />
      </div>
      <SlaPart span={span} />
      <ContentPart span={span} />
      <ChannelPart span={span} />
      <JourneyPart span={span} />
    </div>
  )
}

function Picture({ span, compares }: { span: Span; compares: boolean }) {
  const words = useDashboardWords()
  const names = useNames()
  const drawing = useRef<SVGSVGElement>(null)
  const funnel = useReport('/api/funnel', { ...span })
  const before = useReport('/api/funnel', { ...spanBefore(span) })
  const stages = useReport('/api/reports/stages', { ...span })
  const flows = useReport('/api/reports/flows', { ...span })
  const all = [funnel, before, stages, flows]
  const report = {
    data:
      funnel.data && before.data && stages.data && flows.data
        ? { funnel: funnel.data, before: compares ? before.data : undefined, stages: stages.data, flows: flows.data }
        : undefined,
    error: all.find(({ error }) => error)?.error ?? null,
    refetch: () => Promise.all(all.map(({ refetch }) => refetch())),
  }
  return (
    <Section
      title={words.bowtie}
      hint={words.bowtieHint}
      report={report}
      controls={
        <button
          type="button"
          className="link-button small"
          onClick={() =>
            drawing.current ? void savePng(`${words.bowtie} ${span.from} ${span.to}`, drawing.current) : undefined
          }
        >
          <DownloadIcon /> {words.png}
        </button>
      }
      table={({ funnel: now, before: then, stages: times }) =>
        (now.items[0]?.stages ?? []).map((row) => [
          ...[row.stage, names.stage(row.stage), row.entered, row.converted, row.rate],
          then?.items[0]?.stages.find(({ stage }) => stage === row.stage)?.rate,
          times.stages.find(({ stage }) => stage === row.stage)?.medianDays,
        ])
      }
    >
      {(data) => (
        <div className="wide-table">
          <BowTie {...data} ref={drawing} />
        </div>
      )}
    </Section>
  )
}

const rooms: Record<string, string> = {
  'review-late': '/review',
  'review-waiting': '/review',
  'contact-late': '/leads?desk=sales',
  'offer-open': '/leads?desk=sales',
  'send-unconfirmed': '/messages?state=waiting',
  'message-unknown': '/messages?state=unknown',
  'message-failed': '/messages?state=failed',
  'event-failed': '/inbox?state=failed',
}

function Today() {
  const words = useDashboardWords()
  const report = useReport('/api/reports/today')
  return (
    <Section title={words.today} report={report}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="quiet part-none">
            {words.nothing}。{words.nothingHint}
          </p>
        ) : (
          <ul className="chores">
            {items.map(({ chore, count }) => (
              <li key={chore} data-chore={chore}>
                <Link href={rooms[chore] ?? '/leads'}>
                  <b>{count.toLocaleString('en')}</b>
                  <span>{words.chores[chore]}</span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Section>
  )
}

function Flows({ span }: { span: Span }) {
  const words = useDashboardWords()
  const report = useReport('/api/reports/flows', { ...span })
  return (
    <Section
      title={words.flows}
      hint={words.flowsHint}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) =>
        items.map(({ from, to, moves, count, kind }) => [from ?? words.begun, to, moves, count, kind])
      }
    >
      {({ items }) => (
        <div className="wide-table">
          <Sankey flows={items} />
        </div>
      )}
    </Section>
  )
}

function Reasons({ span }: { span: Span }) {
  const words = useDashboardWords()
  const names = useNames()
  const report = useReport('/api/reports/stages', { ...span })
  return (
    <Section
      title={words.reasons}
      report={report}
      isEmpty={({ reasons }) => reasons.length === 0}
      table={({ reasons }) => reasons.map((row) => [words.kinds[row.kind], row.fromStage, row.name, row.count])}
    >
      {({ reasons }) => {
        const most = Math.max(...reasons.map(({ count }) => count))
        return (
          <ul className="reason-bars">
            {reasons.slice(0, 14).map((row) => (
              <li key={`${row.kind}${row.fromStage}${row.reason}`}>
                <span className={`verdict reason-${row.kind}`}>{words.kinds[row.kind]}</span>
                <Stage stage={row.fromStage} />
                <span className="one-line" dir="auto">
                  {names.words ? names.reason(row.reason) : row.name}
                </span>
                <span
                  className="reason-bar"
                  style={{ '--part': `${(row.count / most) * 100}%` } as React.CSSProperties}
                />
                <Count n={row.count} link={row.leads} />
              </li>
            ))}
          </ul>
        )
      }}
    </Section>
  )
}
