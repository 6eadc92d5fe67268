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
    return [
      {
        title,
        description: text,
        placement: 'right' as const,
        target: () => document.querySelector<HTMLElement>(`.rail a[href$="${place.path}"]`) ?? document.body,
      },
    ]
  })
  return <Tour open steps={steps} onClose={onEnd} onFinish={onEnd} />
}
