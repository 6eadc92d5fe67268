import { Tour } from 'antd'
import type { Me } from '../api/shapes.ts'
import { roomsOf } from '../shell/rooms.ts'
import { useRoomWords } from '../words/room-words.ts'
import { tourWords } from './words.ts'

/** A stop at each room of one's roles that has something to be told about it; Escape leaves. */
export function RoomTour({ me, onEnd }: { me: Me; onEnd(): void }) {
  const words = useRoomWords(tourWords)
  const mine = roomsOf(me.roles)
  const steps = words.stops.flatMap(({ room, title, text }) => {
    const place = mine.find(({ id }) => id === room)
    if (!place) return []
    const link = document.querySelector<HTMLElement>(`.rail a[href$="${place.path}"]`)
    // On a phone most rooms are behind a button: what is not to be seen is told of in the middle.
    const target = link?.checkVisibility() ? link : null
    return [{ title, description: text, placement: 'right' as const, target }]
  })
  return <Tour open steps={steps} onClose={onEnd} onFinish={onEnd} />
}
