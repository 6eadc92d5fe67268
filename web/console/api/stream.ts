import { useEffect, useRef, useState } from 'react'

const settleMs = 150

/** What the server tells of by itself. */
type Topic = 'review-queue' | 'team' | 'jobs'

/** Hears from the server that something is another than it was. Answers whether it listens; if not, one has to ask. */
export function useStream(topic: Topic, onChange: () => void, calmMs = settleMs): boolean {
  const [isLive, setLive] = useState(false)
  const tell = useRef(onChange)
  useEffect(() => {
    tell.current = onChange
  })
  useEffect(() => {
    const stream = new EventSource('/api/stream')
    let soon: number | undefined
    stream.onopen = () => setLive(true)
    stream.onerror = () => setLive(false)
    stream.addEventListener(topic, () => {
      soon ??= window.setTimeout(() => {
        soon = undefined
        tell.current()
      }, calmMs)
    })
    return () => {
      window.clearTimeout(soon)
      stream.close()
    }
  }, [topic, calmMs])
  return isLive
}
