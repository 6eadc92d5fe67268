import { Background, Controls, type Edge, type Node, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react'
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import '@xyflow/react/dist/base.css'
import { type Box, layOut } from './layout.ts'
import { nodeTypes } from './nodes.tsx'
import { stepAt } from './tree.ts'
import { useView } from './view.ts'
import { wireTypes } from './wires.tsx'

/** The journey drawn: steps from top to bottom, ways side by side, live figures on each. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  )
}

const directions: Record<string, readonly [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
}

function Drawing() {
  const { journey, talk, selection } = useView()
  const { words } = talk
  const flow = useReactFlow()
  const pane = useRef<HTMLElement>(null)
  const layout = useMemo(() => layOut(journey), [journey])
  const nodes = useMemo(() => layout.boxes.map(toNode), [layout])
  const edges = useMemo(
    () =>
      layout.wires.map(
        (wire): Edge => ({
          id: `${wire.from}→${wire.to}${wire.way?.word ?? ''}`,
          source: wire.from,
          target: wire.to,
          type: 'wire',
          data: { ...wire },
          focusable: false,
          selectable: false,
        }),
      ),
    [layout],
  )
  const show = (box: Box, isFirst = false) => {
    const size = pane.current?.getBoundingClientRect()
    if (!size) return
    if (isFirst) {
      const zoom = Math.min(1, Math.max(0.6, size.width / (layout.width + 80)))
      void flow.setViewport({ x: size.width / 2, y: 24, zoom })
      return
    }
    const { x, y, zoom } = flow.getViewport()
    const [left, top] = [box.x * zoom + x, box.y * zoom + y]
    const isSeen =
      left >= 0 && top >= 0 && left + box.width * zoom <= size.width && top + box.height * zoom <= size.height
    if (!isSeen) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: 120 })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const direction = directions[event.key]
    const at = (event.target as HTMLElement).closest<HTMLElement>('[data-path]')
    const from = at && layout.boxes.find((box) => keyOf(box) === at.dataset.path)
    if (!direction || !from) return
    event.preventDefault()
    const to = nearest(layout.boxes, from, direction)
    if (to) pane.current?.querySelector<HTMLElement>(`[data-path="${keyOf(to)}"]`)?.focus()
  }
  // A panel that comes beside it takes from both sides.
  useEffect(() => {
    const box = pane.current
    if (!box) return
    let before = box.clientWidth
    const watcher = new ResizeObserver(() => {
      const { x, y, zoom } = flow.getViewport()
      if (box.clientWidth !== before) void flow.setViewport({ x: x + (box.clientWidth - before) / 2, y, zoom })
      before = box.clientWidth
    })
    watcher.observe(box)
    return () => watcher.disconnect()
  }, [flow])
  // What was just put in or picked in the outline comes into sight.
  const picked = selection?.kind === 'step' ? selection.path : null
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the choice that moves the picture
  useEffect(() => {
    const box = layout.boxes.find(({ path }) => path === picked)
    if (box && picked !== null && stepAt(journey, picked)) show(box)
  }, [picked])
  return (
    <section className="canvas" ref={pane} onKeyDown={onKeyDown} aria-label={words.canvas}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={wireTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        panOnScroll
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        minZoom={0.3}
        maxZoom={1.25}
        proOptions={{ hideAttribution: true }}
        onInit={() => layout.boxes[0] && show(layout.boxes[0], true)}
        onFocus={({ target }) => {
          const path = (target as HTMLElement).closest<HTMLElement>('[data-path]')?.dataset.path
          const box = layout.boxes.find((one) => keyOf(one) === path)
          if (box && (target as HTMLElement).matches(':focus-visible')) show(box)
        }}
        ariaLabelConfig={{
          'controls.zoomIn.ariaLabel': words.zoomIn,
          'controls.zoomOut.ariaLabel': words.zoomOut,
          'controls.fitView.ariaLabel': words.fitView,
          'controls.ariaLabel': words.canvas,
        }}
      >
        <Background gap={24} />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
    </section>
  )
}

/** What the box's button goes by in the page. */
const keyOf = ({ path, kind }: Box): string => path ?? kind

const toNode = (box: Box): Node => ({
  id: box.id,
  type: box.kind,
  position: { x: box.x, y: box.y },
  width: box.width,
  height: box.height,
  data: { path: box.path },
})

/** The next thing to press in a direction, straight ahead rather than aside. */
function nearest(boxes: readonly Box[], from: Box, [dx, dy]: readonly [number, number]): Box | undefined {
  const centre = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const
  const [fx, fy] = centre(from)
  const far = (box: Box): number => {
    const [x, y] = centre(box)
    const ahead = (x - fx) * dx + (y - fy) * dy
    const aside = Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx)
    return ahead > 4 ? ahead + 2 * aside : Number.POSITIVE_INFINITY
  }
  const [best] = boxes
    .filter((box) => box.kind !== 'dot' && box.kind !== 'end' && far(box) < Number.POSITIVE_INFINITY)
    .sort((a, b) => far(a) - far(b))
  return best
}
