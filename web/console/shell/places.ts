import { type RoomId, roomsOf } from './rooms.ts'

const leaders = ['admin', 'manager'] as const
const editors = ['admin', 'manager', 'mdr'] as const

/** Pages within rooms that people look for by name; the rooms themselves come from their list. */
const within = [
  { id: 'stages', room: 'playbook', path: '/playbook/stages', who: null },
  { id: 'tags', room: 'playbook', path: '/playbook/tags', who: null },
  { id: 'versions', room: 'playbook', path: '/playbook/versions', who: leaders },
  { id: 'missed', room: 'answers', path: '/answers?view=missed', who: editors },
  { id: 'broadcast', room: 'journeys', path: '/journeys/new/broadcast', who: editors },
  { id: 'matrix', room: 'content', path: '/content?view=matrix', who: null },
] as const

export type PlaceId = RoomId | (typeof within)[number]['id']

/** Where somebody with these roles may go. */
export function placesOf(roles: readonly string[]): { id: PlaceId; room: RoomId; path: string }[] {
  const rooms = roomsOf(roles)
  return [
    ...rooms.map(({ id, path }) => ({ id, room: id, path })),
    ...within.filter(
      ({ room, who }) =>
        rooms.some(({ id }) => id === room) &&
        (who === null || roles.some((role) => (who as readonly string[]).includes(role))),
    ),
  ]
}
