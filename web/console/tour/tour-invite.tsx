import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { call } from '../../shared/call.ts'
import type { Me } from '../api/shapes.ts'
import { useRoomWords } from '../words/room-words.ts'
import './tour.css'
import { tourWords } from './words.ts'

const RoomTour = lazy(() => import('./room-tour.tsx').then(({ RoomTour }) => ({ default: RoomTour })))

/** Whoever was not shown around is asked once, out of the way; the account menu shows it again. */
export function TourInvite({ me }: { me: Me }) {
  const words = useRoomWords(tourWords)
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['tour', me.userid],
    queryFn: ({ signal }) => call<{ done: boolean }>('GET', '/api/me/tour', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const [isOn, setOn] = useState(false)
  useEffect(() => {
    const start = () => setOn(true)
    window.addEventListener('bowtie:tour', start)
    return () => window.removeEventListener('bowtie:tour', start)
  }, [])
  const end = () => {
    setOn(false)
    client.setQueryData(['tour', me.userid], { done: true })
    // Asked again next time, when it could not be kept.
    void call('PUT', '/api/me/tour', { body: { done: true } }).catch(() => undefined)
  }
  if (isOn)
    return (
      <Suspense>
        <RoomTour me={me} onEnd={end} />
      </Suspense>
    )
  if (!data || data.done) return null
  return (
    <section className="tour-invite" aria-label={words.start}>
      <span>{words.invite}</span>
      <Button size="small" type="primary" onClick={() => setOn(true)}>
        {words.start}
      </Button>
      <Button size="small" type="text" onClick={end}>
        {words.skip}
      </Button>
    </section>
  )
}
