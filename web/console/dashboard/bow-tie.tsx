import { type Ref, useId } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../api/names.ts'
import { stageColours } from '../pieces/stage.tsx'
import { listOf, percent, type Report } from './reports.ts'
import { useDashboardWords } from './words.ts'

const [wide, high, highWithout] = [1080, 340, 272]
const middle = 140
const [thinnest, thickest] = [18, 136]

interface Data {
  funnel: Report<'/api/funnel'>
  before: Report<'/api/funnel'> | undefined
  stages: Report<'/api/reports/stages'>
  flows: Report<'/api/reports/flows'>
}

/** The bow-tie from live numbers: what comes in on the left, the knot, what grows on the right. Width is how many. */
export function BowTie({ funnel, before, stages, flows, ref }: Data & { ref?: Ref<SVGSVGElement> }) {
  const names = useNames()
  const words = useDashboardWords()
  const [, go] = useLocation()
  const marker = useId()
  const open = stages.stages.filter(({ closed }) => !closed)
  const step = wide / open.length
  const rows = open.map(({ now: standing, ...stage }, place) => {
    const now = funnel.items[0]?.stages.find((row) => row.stage === stage.stage)
    const then = before?.items[0]?.stages.find((row) => row.stage === stage.stage)
    return { ...stage, standing, now, then, x: place * step, entered: now?.entered ?? 0 }
  })
  // Each wing by its own largest, or the right one would be a thread: there are always more to win than are won.
  const mostOf = (isRight: boolean) =>
    Math.max(1, ...rows.filter(({ half }) => (half === 'right') === isRight).map(({ entered }) => entered))
  const most = { left: mostOf(false), right: mostOf(true) }
  const halfOf = ({ half, entered }: { half: string; entered: number }) =>
    (thinnest + (thickest - thinnest) * Math.sqrt(entered / (half === 'right' ? most.right : most.left))) / 2
  const knot = rows.findIndex(({ half }) => half === 'knot')
  const backs = flows.items.filter(({ kind }) => kind === 'back')
  const mostBack = Math.max(1, ...backs.map(({ count }) => count))
  const placeOf = (stage: string | null) => rows.findIndex((row) => row.stage === stage)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing holds links here, and SVG has no fieldset
    <svg
      ref={ref}
      className="bowtie"
      viewBox={`0 0 ${wide} ${backs.length > 0 ? high : highWithout}`}
      role="group"
      aria-label={words.bowtie}
    >
      <defs>
        <marker
          id={marker}
          viewBox="0 0 8 8"
          refX="6"
          refY="4"
          markerWidth="11"
          markerHeight="11"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 0 8 4 0 8z" className="bowtie-arrow" />
        </marker>
      </defs>
      {rows.map((row, place) => {
        const next = rows[place + 1]
        // Towards the knot a wing narrows to what comes next; behind it, it opens from what came before.
        const [left, right] =
          place === knot
            ? [halfOf(row), halfOf(row)]
            : place < knot
              ? [halfOf(row), halfOf(next ?? row)]
              : [halfOf(rows[place - 1] ?? row), halfOf(row)]
        const end = row.x + step - 4
        const change = row.now?.rate != null && row.then?.rate != null ? row.now.rate - row.then.rate : 0
        const tone = change > 0.02 ? 'up' : change < -0.02 ? 'down' : 'same'
        const path = `M${row.x} ${middle - left}L${end} ${middle - right}V${middle + right}L${row.x} ${middle + left}Z`
        const at = row.x + step / 2 - 2
        return (
          <g key={row.stage} style={stageColours(row.stage, names.words)}>
            <a
              href={`/console${listOf(row.now?.leads.entered ?? row.leads)}`}
              onClick={(event) => {
                event.preventDefault()
                go(listOf(row.now?.leads.entered ?? row.leads))
              }}
            >
              <title>{`${names.stage(row.stage)} · ${words.people(row.entered)} · ${words.now(row.standing)}`}</title>
              <path d={path} className={row.half === 'knot' ? 'bowtie-part bowtie-knot' : 'bowtie-part'} />
              <text x={at} y={middle + 7} className="bowtie-count">
                {row.entered.toLocaleString('en')}
              </text>
            </a>
            <text x={at} y={28} className="bowtie-name">
              {row.stage}
            </text>
            <text x={at} y={46} className="bowtie-small">
              {names.stage(row.stage)}
            </text>
            <text x={at} y={226} className={`bowtie-rate bowtie-${tone}`}>
              {row.now?.rate == null || !next ? '' : words.rate(percent(row.now.rate))}
            </text>
            <text x={at} y={243} className="bowtie-small">
              {row.then?.rate == null || !next ? '' : words.before(percent(row.then.rate))}
            </text>
            <text x={at} y={262} className="bowtie-small">
              {row.medianDays === null ? '' : words.days(row.medianDays)}
            </text>
          </g>
        )
      })}
      {backs.map(({ from, to, count, leads }, at) => {
        const [a, b] = [placeOf(from), placeOf(to)]
        if (a < 0 || b < 0) return null
        const [x1, x2] = [a * step + step / 2, b * step + step / 2]
        const deep = 284 + (at % 3) * 18
        return (
          <a
            key={`${from}${to}`}
            href={`/console${listOf(leads)}`}
            onClick={(event) => {
              event.preventDefault()
              go(listOf(leads))
            }}
          >
            <path
              d={`M${x1} 270C${x1} ${deep + 22} ${x2} ${deep + 22} ${x2} 272`}
              className="bowtie-back"
              strokeWidth={1 + 3 * (count / mostBack)}
              markerEnd={`url(#${marker})`}
            />
            <text x={(x1 + x2) / 2} y={deep + 17} className="bowtie-small bowtie-back-count">
              {words.back(count)}
            </text>
          </a>
        )
      })}
    </svg>
  )
}
