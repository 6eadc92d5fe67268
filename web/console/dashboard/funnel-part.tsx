import { Segmented, Select } from 'antd'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { Stage } from '../pieces/stage.tsx'
import { percent, type Span, useReport } from './reports.ts'
import { Count, Section } from './section.tsx'
import { useDashboardWords } from './words.ts'

const ways = ['source', 'channel', 'campaign', 'owner', 'mdr', 'period'] as const

/** The funnel by whatever one asks for, or those who began together. */
export function FunnelPart({ span }: { span: Span }) {
  const words = useDashboardWords()
  const [by, setBy] = useState<(typeof ways)[number]>('source')
  const [view, setView] = useState<'funnel' | 'cohorts'>('funnel')
  const choice = (
    <Segmented
      size="small"
      value={view}
      onChange={setView}
      options={[
        { value: 'funnel', label: words.funnel },
        { value: 'cohorts', label: words.cohorts },
      ]}
    />
  )
  if (view === 'cohorts') return <Cohorts span={span} choice={choice} />
  return (
    <Groups
      span={span}
      by={by}
      controls={
        <>
          <Select
            size="small"
            value={by}
            onChange={setBy}
            aria-label={words.funnel}
            options={ways.map((value) => ({ value, label: words.by[value] }))}
          />
          {choice}
        </>
      }
    />
  )
}

function Groups({ span, by, controls }: { span: Span; by: string; controls: React.ReactNode }) {
  const words = useDashboardWords()
  const names = useNames()
  const report = useReport('/api/funnel', { ...span, by })
  const nameOf = (key: string | null) => {
    if (key === null) return words.unknown
    if (by === 'source') return names.source({ kind: key, channel: null, campaign: null })
    return by === 'owner' || by === 'mdr' ? names.actor(key) : key
  }
  return (
    <Section
      title={words.funnel}
      controls={controls}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) => [
        ['', ...(items[0]?.stages ?? []).flatMap(({ stage }) => [stage, `${stage} %`])],
        ...items.map(({ key, stages }) => [nameOf(key), ...stages.flatMap(({ entered, rate }) => [entered, rate])]),
      ]}
    >
      {({ items }) => {
        const shown = (items[0]?.stages ?? []).filter(({ stage }) =>
          items.some(({ stages }) => stages.some((row) => row.stage === stage && row.entered > 0)),
        )
        return (
          <div className="wide-table">
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{words.by[by]}</th>
                  {shown.map(({ stage }) => (
                    <th key={stage} scope="col">
                      <Stage stage={stage} />
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map(({ key, stages }) => (
                  <tr key={key ?? '-'}>
                    <th scope="row" dir="auto">
                      {nameOf(key)}
                    </th>
                    {shown.map(({ stage }) => {
                      const row = stages.find((one) => one.stage === stage)
                      return (
                        <td key={stage}>
                          {row ? <Count n={row.entered} link={row.leads.entered} /> : null}
                          {row?.rate ? <small>{percent(row.rate)}</small> : null}
                        </td>
                      )
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }}
    </Section>
  )
}

function Cohorts({ span, choice }: { span: Span; choice: React.ReactNode }) {
  const words = useDashboardWords()
  const names = useNames()
  const [by, setBy] = useState<'week' | 'month'>('week')
  const [stage, setStage] = useState<string>()
  const report = useReport('/api/reports/cohorts', { ...span, by, ...(stage ? { stage } : {}) })
  const controls = (
    <>
      <Select
        size="small"
        value={stage ?? report.data?.stage}
        onChange={setStage}
        aria-label={words.cohorts}
        options={report.data?.way.map((id) => ({ value: id, label: names.stage(id) }))}
      />
      <Segmented
        size="small"
        value={by}
        onChange={setBy}
        options={(['week', 'month'] as const).map((value) => ({ value, label: words[value] }))}
      />
      {choice}
    </>
  )
  return (
    <Section
      title={words.cohorts}
      hint={words.cohortHint(names.stage(report.data?.stage ?? ''))}
      controls={controls}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) => items.map(({ key, leads, byAge }) => [key, leads, ...byAge])}
    >
      {({ items }) => {
        const ages = Math.max(...items.map(({ byAge }) => byAge.length))
        return (
          <div className="wide-table">
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{words.cohort}</th>
                  <th scope="col">{words.leads}</th>
                  {Array.from({ length: ages }, (_, age) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: an age is its own name
                    <th key={age} scope="col">
                      {words.age(age + 1, by)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map(({ key, leads, link, byAge }) => (
                  <tr key={key}>
                    <th scope="row">{key}</th>
                    <td>
                      <Count n={leads} link={link} />
                    </td>
                    {byAge.map((n, age) => (
                      <td
                        // biome-ignore lint/suspicious/noArrayIndexKey: an age is its own name
                        key={age}
                        className="heat"
                        style={{ '--heat': `${Math.round((n / leads) * 100)}%` } as React.CSSProperties}
                      >
                        {percent(n / leads)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }}
    </Section>
  )
}
