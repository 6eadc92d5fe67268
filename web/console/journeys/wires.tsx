import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import type { Wire } from './layout.ts'
import { pathOfWire } from './path-of-wire.ts'
import { isSpot } from './selection.ts'
import { useView } from './view.ts'
import { WayLabel } from './way-label.tsx'

function WireEdge({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<Edge<Wire & Record<string, unknown>>>) {
  const { isEditing, talk, selection, select } = useView()
  if (!data) return null
  const { way, spot, turns } = data
  const isStraight = Math.abs(sourceX - targetX) < 1
  // On the stretch that is the wire's alone.
  const [x, y] =
    turns === 'early'
      ? [targetX, targetY - 18]
      : [sourceX, isStraight ? (sourceY + targetY) / 2 : Math.min(sourceY + 22, targetY - 24)]
  const isPicked = spot !== undefined && isSpot(selection, spot)
  return (
    <>
      <BaseEdge path={pathOfWire({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, turns)} />
      <EdgeLabelRenderer>
        {way ? (
          <span
            className="on-wire"
            style={{ transform: `translate(-50%, -50%) translate(${targetX}px, ${sourceY + 42}px)` }}
          >
            <WayLabel {...way} />
          </span>
        ) : null}
        {isEditing && spot ? (
          <span className="on-wire" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            <button
              type="button"
              className="insert nopan"
              aria-label={talk.words.insert}
              title={talk.words.insert}
              aria-pressed={isPicked}
              onClick={() => select(isPicked ? null : { kind: 'spot', spot })}
            >
              +
            </button>
          </span>
        ) : null}
      </EdgeLabelRenderer>
    </>
  )
}

export const wireTypes = { wire: WireEdge }
