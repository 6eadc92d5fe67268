import { useQuery } from '@tanstack/react-query'
import { wordsQuery } from '../queries.ts'
import './stage.css'

/** The stage in its own colour, the same everywhere, and who works on it. */
export function StageChip({ stage, desk }: { stage: string; desk: string }) {
  const { data } = useQuery(wordsQuery)
  const open = data?.stages.filter(({ closed }) => !closed) ?? []
  const place = open.findIndex(({ id }) => id === stage)
  const name = data?.stages.find(({ id }) => id === stage)?.name ?? stage
  return (
    <span className={`stage stage-${place < 0 ? 'closed' : Math.min(place, 8)}`} title={name}>
      {stage}
      {data?.desks[desk] ? <i>{data.desks[desk]}</i> : null}
    </span>
  )
}
