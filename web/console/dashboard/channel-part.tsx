import { useQueryClient } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useRef, useState } from 'react'
import { useMe } from '../api/queries.ts'
import { Stage } from '../pieces/stage.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { importCosts } from './import-costs.ts'
import { percent, type Span, useReport, yuan } from './reports.ts'
import { Count, Section } from './section.tsx'
import { useDashboardWords } from './words.ts'

const models = ['first', 'last', 'linear'] as const

/** What each channel brought, how far it came, and what a customer cost there. */
export function ChannelPart({ span }: { span: Span }) {
  const words = useDashboardWords()
  const me = useMe()
  const [model, setModel] = useState<(typeof models)[number]>('first')
  const report = useReport('/api/reports/channels', { ...span, model })
  const mayImport = me?.roles.some((role) => role === 'admin' || role === 'manager')
  return (
    <Section
      title={words.channels}
      hint={words.costHint}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      controls={
        <>
          <Segmented
            size="small"
            value={model}
            onChange={setModel}
            options={models.map((value) => ({ value, label: words.models[value] }))}
          />
          {mayImport ? <CostFile /> : null}
        </>
      }
      table={({ items }) => [
        [
          words.channel,
          words.leads,
          ...(items[0]?.reached ?? []).map(({ stage }) => stage),
          words.customers,
          words.cost,
          words.cac,
        ],
        ...items.map((row) => [
          ...[row.channel ?? words.unknown, row.leads, ...row.reached.map(({ leads }) => leads), row.customers],
          ...[row.cost === null ? null : row.cost / 100, row.cac === null ? null : row.cac / 100],
        ]),
      ]}
    >
      {({ items }) => {
        const shown = (items[0]?.reached ?? []).map(({ stage }) => stage).slice(1, 5)
        return (
          <div className="wide-table">
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{words.channel}</th>
                  <th scope="col">{words.leads}</th>
                  {shown.map((stage) => (
                    <th key={stage} scope="col">
                      <Stage stage={stage} />
                    </th>
                  ))}
                  <th scope="col">{words.customers}</th>
                  <th scope="col">{words.cost}</th>
                  <th scope="col">{words.cac}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((row) => (
                  <tr key={`${row.channel}`}>
                    <th scope="row" dir="auto">
                      {row.channel ?? words.unknown}
                    </th>
                    <td>
                      <Count n={row.leads} link={row.links.leads} />
                    </td>
                    {row.reached
                      .filter(({ stage }) => shown.includes(stage))
                      .map(({ stage, leads, rate, interval, link }) => (
                        <td
                          key={stage}
                          title={interval ? `${percent(interval.low)}–${percent(interval.high)}` : undefined}
                        >
                          <Count n={leads} link={link} />
                          {rate ? <small>{percent(rate)}</small> : null}
                        </td>
                      ))}
                    <td>
                      <Count n={row.customers} link={row.links.customers} />
                    </td>
                    <td className="money">{yuan(row.cost)}</td>
                    <td className="money">
                      <b>{yuan(row.cac)}</b>
                    </td>
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

function CostFile() {
  const words = useDashboardWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const field = useRef<HTMLInputElement>(null)
  const take = async (file: File | undefined) => {
    if (!file) return
    try {
      const { kept } = await importCosts(file)
      show({ id: 'costs', tone: 'good', text: words.imported(kept) })
      await client.invalidateQueries({ queryKey: ['report', '/api/reports/channels'] })
    } catch (failure) {
      show({ id: 'costs', tone: 'bad', text: reasonOf(failure) })
    }
    if (field.current) field.current.value = ''
  }
  return (
    <>
      <button type="button" className="link-button small" onClick={() => field.current?.click()}>
        {words.importCosts}
      </button>
      <input
        ref={field}
        type="file"
        accept=".csv,text/csv"
        hidden
        onChange={(event) => void take(event.target.files?.[0])}
      />
    </>
  )
}
