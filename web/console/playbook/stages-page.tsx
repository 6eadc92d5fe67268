import { useQuery } from '@tanstack/react-query'
import type { CSSProperties } from 'react'
import { Link, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { useMe } from '../api/queries.ts'
import { Stage, stageColours } from '../pieces/stage.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { mapWords } from './map-words.ts'
import { rulesQuery } from './rules.ts'
import { beginnings, type Edge, type StageRules, stageRules, stagesInOrder, type Way, waysOf } from './stage-map.ts'
import './stages.css'

interface Standing {
  stages: { stage: string; now: number; medianDays: number | null }[]
}

const wide = 112
const step = 13

/** Every stage with how many stand there, the ways between them drawn, and what each way asks for. */
export function StagesPage() {
  const words = useRoomWords(mapWords)
  const me = useMe()
  const [search, setSearch] = useSearchParams()
  const { data, error, refetch } = useQuery(rulesQuery)
  const mayCount = me?.roles.some((role) => ['admin', 'manager', 'mdr'].includes(role)) ?? false
  const { data: standing } = useQuery({
    queryKey: ['stage-counts'],
    queryFn: ({ signal }) => call<Standing>('GET', '/api/reports/stages', { signal }),
    enabled: mayCount,
  })
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={8} />
  const rules = stageRules(data.rules)
  const order = stagesInOrder(rules)
  const asked = search.get('stage') ?? ''
  const chosen = order.includes(asked) ? asked : (order[0] ?? '')
  const counts = new Map(standing?.stages.map((one) => [one.stage, one]))
  const ways = waysOf(rules)
  return (
    <div className="stages">
      <p className="sheet-hint">{words.stagesHint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="card stages-map" aria-label={words.map} tabIndex={0}>
        <div style={{ width: order.length * wide }}>
          <Arcs ways={ways} order={order} chosen={chosen} above />
          <ol className="stages-row">
            {order.map((stage) => (
              <StageNode
                key={stage}
                stage={stage}
                count={counts.get(stage)?.now}
                isChosen={stage === chosen}
                onChoose={() => setSearch({ stage }, { replace: true })}
              />
            ))}
          </ol>
          <Arcs ways={ways} order={order} chosen={chosen} />
        </div>
      </section>
      <OneStage
        stage={chosen}
        rules={rules}
        ways={ways}
        now={counts.get(chosen)?.now}
        medianDays={counts.get(chosen)?.medianDays ?? null}
      />
    </div>
  )
}

function StageNode({
  stage,
  count,
  isChosen,
  onChoose,
}: {
  stage: string
  count: number | undefined
  isChosen: boolean
  onChoose(): void
}) {
  const names = useNames()
  return (
    <li style={{ width: wide, ...stageColours(stage, names.words) } as CSSProperties}>
      <button type="button" className="stage-node" aria-pressed={isChosen} onClick={onChoose}>
        <b>{stage}</b>
        <span className="one-line">{names.stage(stage)}</span>
        <span className="stage-count">{count === undefined ? ' ' : count.toLocaleString()}</span>
      </button>
    </li>
  )
}

/** Onward ways above the row, ways back below; those of the chosen stage stand out. */
function Arcs({
  ways,
  order,
  chosen,
  above = false,
}: {
  ways: readonly Way[]
  order: readonly string[]
  chosen: string
  above?: boolean
}) {
  const drawn = ways
    .map((way) => ({ ...way, a: order.indexOf(way.from), b: order.indexOf(way.to) }))
    .filter(({ a, b }) => a >= 0 && b >= 0 && a !== b && b > a === above)
    .sort((one, other) => Number(concerns(one, chosen)) - Number(concerns(other, chosen)))
  const height = 16 + step * Math.max(1, ...drawn.map(({ a, b }) => Math.abs(a - b)))
  return (
    <svg width={order.length * wide} height={height} aria-hidden="true" className="stages-arcs">
      {drawn.map(({ from, to, a, b }) => {
        const [x1, x2] = [a * wide + wide / 2 + (b > a ? 14 : -14), b * wide + wide / 2 + (b > a ? -14 : 14)]
        // A curve reaches three quarters of the way to what pulls it.
        const lift = (8 + step * Math.abs(a - b)) / 0.75
        const [foot, top] = above ? [height - 2, height - 2 - lift] : [2, 2 + lift]
        const tip = above ? -5 : 5
        return (
          <g key={`${from} ${to}`} data-on={concerns({ from, to }, chosen) || undefined}>
            <path d={`M${x1} ${foot}C${x1} ${top} ${x2} ${top} ${x2} ${foot}`} />
            <path d={`M${x2 - 4} ${foot + tip}L${x2} ${foot}L${x2 + 4} ${foot + tip}`} />
          </g>
        )
      })}
    </svg>
  )
}

const concerns = ({ from, to }: Pick<Way, 'from' | 'to'>, stage: string): boolean => from === stage || to === stage

function OneStage({
  stage,
  rules,
  ways,
  now,
  medianDays,
}: {
  stage: string
  rules: StageRules
  ways: readonly Way[]
  now: number | undefined
  medianDays: number | null
}) {
  const words = useRoomWords(mapWords)
  const names = useNames()
  const { half, closed, tag } = rules.stages[stage] ?? { half: 'left' }
  const { opportunity } = rules.accounts
  const out = ways.filter(({ from }) => from === stage)
  const back = ways.filter(({ from, to }) => to === stage && from !== stage)
  const first = beginnings(rules).filter(({ to }) => to.startsWith(`${stage}@`))
  return (
    <section className="card stages-one" aria-label={names.stage(stage)}>
      <header>
        <h2>
          <Stage stage={stage} /> {names.stage(stage)}
        </h2>
        <p className="quiet small">
          {[
            words.halves[half],
            closed ? words.closed : '',
            medianDays === null ? '' : words.median(Math.round(medianDays * 10) / 10),
            tag ? words.wears(tag) : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <Link href={`/leads?stage=${encodeURIComponent(stage)}`}>
          {now === undefined ? words.leads : words.leadsHere(now)}
        </Link>
      </header>
      <div className="stages-ways">
        <div>
          <h3>{words.out}</h3>
          {out.length === 0 ? <p className="quiet">{words.noWayOut}</p> : null}
          <ul>
            {out.map(({ to, edges }) =>
              edges.map((edge) => <EdgeLine key={`${to} ${edge.id}`} edge={edge} other={to} rules={rules} />),
            )}
          </ul>
        </div>
        <div>
          <h3>{words.back}</h3>
          <ul>
            {first.map((edge) => (
              <EdgeLine key={edge.id} edge={edge} other={null} rules={rules} />
            ))}
            {back.map(({ from, edges }) =>
              edges.map((edge) => <EdgeLine key={`${from} ${edge.id}`} edge={edge} other={from} rules={rules} />),
            )}
          </ul>
          {back.length + first.length === 0 ? <p className="quiet">{words.noWayIn}</p> : null}
        </div>
      </div>
      {opportunity.stage === stage ? (
        <div className="stages-gates">
          <h3>{words.gates}</h3>
          <p className="quiet small">{words.gatesHint}</p>
          <ol>
            {opportunity.steps.map(({ id, name, goal, checklist }) => (
              <li key={id}>
                <b>{name}</b>
                {goal ? <span className="quiet small">{goal}</span> : null}
                <ul className="small">
                  {checklist.map((one) => (
                    <li key={one.id} data-must={one.required !== false || undefined}>
                      {one.name}
                      {one.required === false ? <span className="quiet"> {words.optional}</span> : null}
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      <p className="small">
        <Link href="/playbook?part=stages">{words.changeStages}</Link> ·{' '}
        <Link href="/playbook?part=edges">{words.changeEdges}</Link>
      </p>
    </section>
  )
}

/** A way with its gate: who may take it, what he must say, what happens then. */
function EdgeLine({ edge, other, rules }: { edge: Edge; other: string | null; rules: StageRules }) {
  const words = useRoomWords(mapWords)
  const { account, system } = useWords()
  const names = useNames()
  const who = edge.by.map((role) => (role === 'system' ? system : (account.roles[role] ?? role)))
  const desk = edge.to.split('@')[1] ?? ''
  return (
    <li className="stages-edge">
      <p>
        {other === null ? <span className="quiet">{words.begins}</span> : <Stage stage={other} />}{' '}
        <b>{names.edge(edge.id, edge.name)}</b>
        {desk === '=' ? null : <span className="quiet small"> {words.toDesk(names.desk(desk))}</span>}
      </p>
      <p className="small stages-gate">
        {[
          words.by(who.join(words.comma)),
          edge.reasons ? words.asks(rules.reasons[edge.reasons]?.name ?? edge.reasons) : '',
          edge.coolDown ? words.coolDown : '',
          edge.recycle ? words.recycle : '',
          edge.keepOwner ? words.keepOwner : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </li>
  )
}
