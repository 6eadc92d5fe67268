import { useLocation } from 'wouter'
import { useNames } from '../api/names.ts'
import { stageColours } from '../pieces/stage.tsx'
import { listOf, type Report } from './reports.ts'
import { useDashboardWords } from './words.ts'

type Flow = Report<'/api/reports/flows'>['items'][number]

const [wide, gap, bar] = [760, 4, 12]
/** Room for its name, however few it is. */
const least = 16
const [left, right] = [120, 640]

/** Who went where: from the left to the right, so that going back is drawn like going on. */
export function Sankey({ flows }: { flows: Flow[] }) {
  const names = useNames()
  const words = useDashboardWords()
  const [, go] = useLocation()
  const order = [null, ...(names.words?.stages.map(({ id }) => id) ?? [])]
  const total = flows.reduce((sum, { moves }) => sum + moves, 0)
  const high = Math.max(200, Math.min(480, 120 + flows.length * 18))
  const stack = (of: (flow: Flow) => string | null) => {
    const nodes = order
      .map((stage) => ({
        stage,
        n: flows.filter((flow) => of(flow) === stage).reduce((sum, { moves }) => sum + moves, 0),
      }))
      .filter(({ n }) => n > 0)
    const room = high - (gap + least) * nodes.length
    let y = 0
    return nodes.map((node) => {
      const height = (node.n / total) * room
      const slot = Math.max(least, height)
      const placed = { ...node, y: y + (slot - height) / 2, height, used: 0 }
      y += slot + gap
      return placed
    })
  }
  const [from, to] = [stack((flow) => flow.from), stack((flow) => flow.to)]
  const sorted = [...flows].sort(
    (a, b) => order.indexOf(a.from) - order.indexOf(b.from) || order.indexOf(a.to) - order.indexOf(b.to),
  )
  const bands = sorted.flatMap((flow) => {
    const [a, b] = [from.find(({ stage }) => stage === flow.from), to.find(({ stage }) => stage === flow.to)]
    if (!a || !b) return []
    const [thickA, thickB] = [(flow.moves / a.n) * a.height, (flow.moves / b.n) * b.height]
    const [y1, y2] = [a.y + a.used, b.y + b.used]
    a.used += thickA
    b.used += thickB
    const [x1, x2, half] = [left + bar, right, (left + bar + right) / 2]
    const path = `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}V${y2 + thickB}C${half} ${y2 + thickB} ${half} ${y1 + thickA} ${x1} ${y1 + thickA}Z`
    return [{ flow, path }]
  })
  const nameOf = (stage: string | null) => (stage === null ? words.begun : names.stage(stage))
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing holds links here, and SVG has no fieldset
    <svg className="sankey" viewBox={`0 -4 ${wide} ${high + 8}`} role="group" aria-label={words.flows}>
      {bands.map(({ flow, path }) => (
        <a
          key={`${flow.from}>${flow.to}`}
          href={`/console${listOf(flow.leads)}`}
          style={stageColours(flow.to, names.words)}
          onClick={(event) => {
            event.preventDefault()
            go(listOf(flow.leads))
          }}
        >
          <path d={path} className={`flow flow-${flow.kind}`}>
            <title>{`${nameOf(flow.from)} → ${nameOf(flow.to)} · ${words.people(flow.count)}`}</title>
          </path>
        </a>
      ))}
      {[
        ...from.map((node) => ({ ...node, x: left, end: true })),
        ...to.map((node) => ({ ...node, x: right, end: false })),
      ].map(({ stage, n, x, y, height, end }) => (
        <g key={`${x}${stage}`} style={stageColours(stage ?? '', names.words)}>
          <rect x={x} y={y} width={bar} height={Math.max(1, height)} className="flow-node" />
          <text
            x={end ? x - 8 : x + bar + 8}
            y={y + height / 2 + 4}
            className={end ? 'flow-name flow-end' : 'flow-name'}
          >
            {`${nameOf(stage)} ${n}`}
          </text>
        </g>
      ))}
    </svg>
  )
}
