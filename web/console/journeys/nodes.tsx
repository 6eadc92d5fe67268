import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { AlwaysFace, TriggerFace } from './rails.tsx'
import { StepFace } from './step-face.tsx'
import { stepAt } from './tree.ts'
import { useView } from './view.ts'

const Ends = () => (
  <>
    <Handle type="target" position={Position.Top} isConnectable={false} />
    <Handle type="source" position={Position.Bottom} isConnectable={false} />
  </>
)

function StepNode({ data }: NodeProps<Node<{ path: string }>>) {
  const { journey } = useView()
  const step = stepAt(journey, data.path)
  return (
    <>
      <Ends />
      {step ? <StepFace path={data.path} step={step} /> : null}
    </>
  )
}

function TriggerNode() {
  return (
    <>
      <Ends />
      <TriggerFace />
    </>
  )
}

function EndNode() {
  const { words } = useView().talk
  return (
    <>
      <Ends />
      <span className="end-face">{words.end}</span>
    </>
  )
}

/** What the boxes of the layout look like. */
export const nodeTypes = {
  step: StepNode,
  trigger: TriggerNode,
  always: AlwaysFace,
  dot: () => (
    <>
      <Ends />
      <span className="dot" />
    </>
  ),
  end: EndNode,
}
