import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../api/names.ts'
import { stageColours } from '../pieces/stage.tsx'
import { Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { type AccountMap, mapQuery } from './shapes.ts'

type MapNode = AccountMap['nodes'][number]

const rowHeight = 40
const top = 36
const width = 720
const lanes = { staff: 10, person: 270, around: 540 } as const
const boxes = { staff: 120, person: 170, around: 170 } as const
type Lane = keyof typeof lanes

const laneOf = ({ kind }: MapNode): Lane => (kind === 'staff' || kind === 'person' ? kind : 'around')

/** Who knows whom, drawn in three lanes: us, their people, and those beyond them. Pointing at one shows what is his. */
export function RelationMap({ accountId }: { accountId: string }) {
  const words = useWords()
  const names = useNames()
  const say = words.accounts
  const [, go] = useLocation()
  const { data: map } = useQuery(mapQuery(accountId))
  const [at, setAt] = useState<string>()
  if (!map) return <Skeleton rows={4} tall />
  const places = new Map<string, { x: number; y: number; lane: Lane }>()
  const filled: Record<Lane, number> = { staff: 0, person: 0, around: 0 }
  for (const node of map.nodes) {
    const lane = laneOf(node)
    places.set(node.id, { x: lanes[lane], y: top + filled[lane]++ * rowHeight, lane })
  }
  const height = top + Math.max(1, ...Object.values(filled)) * rowHeight
  const label = (node: MapNode) => (node.kind === 'stranger' ? say.stranger : node.label.trim() || words.nameless)
  return (
    <section className="card">
      <h2>{say.map}</h2>
      {map.edges.length === 0 ? <p className="quiet">{say.mapEmpty}</p> : null}
      <div className="map-scroll">
        <svg viewBox={`0 0 ${width} ${height}`} className="map" role="img" aria-label={say.map}>
          {(Object.keys(lanes) as Lane[]).map((lane) => (
            <text key={lane} x={lanes[lane]} y={18} className="map-lane">
              {say.lanes[lane]}
            </text>
          ))}
          {map.edges.map(({ from, to, kind, weight }) => {
            const [a, b] = [places.get(from), places.get(to)]
            if (!a || !b) return null
            const isNear = at === undefined || at === from || at === to
            return (
              <path
                key={`${from} ${to} ${kind}`}
                d={curve(a, b)}
                className={`map-edge map-${kind}`}
                strokeWidth={Math.min(4, 1 + Math.log2(weight + 1))}
                opacity={isNear ? 0.9 : 0.12}
              >
                <title>{say.times(say.kinds[kind] ?? kind, weight)}</title>
              </path>
            )
          })}
          {map.nodes.map((node) => {
            const place = places.get(node.id)
            if (!place) return null
            const role = names.words?.accountRoles.find(({ id }) => id === node.role)?.name
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: pointing only dims the others; the list beside it holds the links
              <g
                key={node.id}
                transform={`translate(${place.x} ${place.y})`}
                className={`map-node map-node-${node.kind}`}
                style={node.stage ? stageColours(node.stage, names.words) : undefined}
                onMouseEnter={() => setAt(node.id)}
                onMouseLeave={() => setAt(undefined)}
                onClick={() => (node.leadId ? go(`/leads/${node.leadId}`) : undefined)}
              >
                <rect width={boxes[place.lane]} height={30} rx={6} />
                <text x={10} y={19}>
                  {cut(role ? `${label(node)} · ${role}` : label(node))}
                </text>
                <title>
                  {[label(node), node.title, node.stage && names.stage(node.stage), role].filter(Boolean).join(' · ')}
                </title>
              </g>
            )
          })}
        </svg>
      </div>
      {map.left.people + map.left.strangers > 0 ? (
        <p className="quiet small">{say.mapLeft(map.left.people, map.left.strangers)}</p>
      ) : null}
    </section>
  )
}

const most = 12
const cut = (text: string): string => ([...text].length > most ? `${[...text].slice(0, most).join('')}…` : text)

/** Between lanes from side to side; within a lane around its edge. */
function curve(a: { x: number; y: number; lane: Lane }, b: { x: number; y: number; lane: Lane }): string {
  const [left, right] = a.x <= b.x ? [a, b] : [b, a]
  const x1 = left.x + boxes[left.lane]
  const [y1, y2] = [left.y + 15, right.y + 15]
  if (left.lane === right.lane) return `M ${x1} ${y1} C ${x1 + 50} ${y1}, ${x1 + 50} ${y2}, ${x1} ${y2}`
  const middle = (x1 + right.x) / 2
  return `M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${right.x} ${y2}`
}
