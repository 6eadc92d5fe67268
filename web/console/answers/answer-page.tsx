import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { CallFailed } from '../../shared/call.ts'
import { useMe } from '../api/queries.ts'
import { mayEdit } from '../content/content-room.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { AnswerForm } from './answer-form.tsx'
import './answers.css'
import { answerQuery } from './queries.ts'
import { answerWords } from './words.ts'

/** One answer, or a new one; `?ask=` brings the sentence it is for, `?missed=` the questions it answers. */
export function AnswerPage({ id }: { id?: string }) {
  const words = useRoomWords(answerWords)
  const me = useMe()
  const [search] = useSearchParams()
  const { data, error, refetch } = useQuery({ ...answerQuery(id ?? ''), enabled: id !== undefined })
  if (error instanceof CallFailed && error.status === 404) return <Empty title={words.gone} hint={words.goneHint} />
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!me || (id && !data)) return <Skeleton rows={8} tall />
  const missed = (search.get('missed') ?? '').split(',').filter(Boolean)
  return (
    <AnswerForm
      key={`${id}@${data?.version}`}
      answer={data}
      ask={search.get('ask') ?? ''}
      missed={missed}
      edits={mayEdit(me.roles)}
    />
  )
}
